/** The paper whose experiments these are. */
export const PAPER =
  "Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767 (and ICML 2024, PMLR 235:46156–46167)";
