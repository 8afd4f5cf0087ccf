/** Where the weights of a result at `path` are: `run.safetensors` beside `run.json`. */
export function weightsPath(path: string): string {
  return path.replace(/\.json$/, ".safetensors");
}
