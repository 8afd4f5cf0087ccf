import type * as tf from "@tensorflow/tfjs";
import type { Check } from "../../core/check.ts";
import { OptionsError, ShapeError } from "../../core/errors.ts";
import { layerKind, layerName, type Place } from "./graph.ts";

/** Where the head of a model is, and what comes before it. */
export interface HeadPlace {
  /** The output of the head. */
  readonly head: Place;
  /** What the head sees. */
  readonly headInput: Place;
  /** What is measured. */
  readonly representation: Place;
}

/** "dense_1 (Dense), out (Dense)". */
function listed(places: readonly Place[]): string {
  return places.map((place) => `${layerName(place)} (${layerKind(place)})`)
    .join(", ");
}

function activationOf(place: Place): string {
  const { activation } = place.sourceLayer as {
    activation?: { getClassName(): string };
  };
  return activation?.getClassName() ?? "linear";
}

/** Whether what comes of it orders classes as logits do, and a softmax is all there is to it. */
function endsInSoftmax(place: Place): boolean {
  if (layerKind(place) === "Softmax") return true;
  return layerKind(place) === "Activation" &&
    ["softmax", "linear"].includes(activationOf(place));
}

/** The place of this name, or an error that lists those there are. */
export function namedPlace(
  check: Check,
  places: readonly Place[],
  { name, what }: { name: string; what: string },
): Place {
  const place = places.findLast((place) => layerName(place) === name);
  return place ?? check.fail(
    OptionsError,
    `a layer of the model as \`${what}\`: ${listed(places)}`,
    JSON.stringify(name),
  );
}

/** Walks back from the output over a softmax to the dense layer before it. */
function findHead(
  check: Check,
  outputs: readonly Place[],
  places: readonly Place[],
): Place {
  const [output] = outputs;
  if (output === undefined || outputs.length > 1) {
    return check.fail(
      OptionsError,
      `a \`headLayer\` for a model of several outputs: ${listed(places)}`,
      "none",
    );
  }
  let place = output;
  while (endsInSoftmax(place)) place = place.inputs[0]!;
  if (layerKind(place) !== "Dense") {
    check.fail(
      OptionsError,
      `a model that ends in a dense layer, and a softmax if any, or a \`headLayer\`: ${
        listed(places)
      }`,
      `${layerName(place)} (${layerKind(place)}) as the last`,
    );
  }
  return place;
}

/** Fails unless the head is a linear map of vectors. */
function checkHead(check: Check, head: Place): void {
  const activation = activationOf(head);
  if (layerKind(head) !== "Dense") {
    check.fail(
      OptionsError,
      "a dense layer as the head",
      `${layerName(head)} (${layerKind(head)})`,
    );
  }
  if (activation !== "linear" && activation !== "softmax") {
    check.fail(
      OptionsError,
      `a head that ends linear or in a softmax`,
      `${activation} in ${layerName(head)}`,
    );
  }
  if (head.shape.length !== 2) {
    check.fail(
      ShapeError,
      "a head that maps one vector a sample",
      `${head.shape.slice(1).join(" × ")} out of ${layerName(head)}`,
    );
  }
}

/** Finds head and representation; names are optional. */
export function findHeadPlace(
  check: Check,
  { places, outputs, headLayer, representationLayer }: {
    places: readonly Place[];
    outputs: readonly tf.SymbolicTensor[];
    headLayer: string | undefined;
    representationLayer: string | undefined;
  },
): HeadPlace {
  const head = headLayer === undefined
    ? findHead(check, outputs, places)
    : namedPlace(check, places, { name: headLayer, what: "headLayer" });
  checkHead(check, head);
  const headInput = head.inputs[0]!;
  const representation = representationLayer === undefined
    ? headInput
    : namedPlace(check, places, {
      name: representationLayer,
      what: "representationLayer",
    });
  const [width, wanted] = [representation, headInput].map(({ shape }) =>
    shape.slice(1).join(" × ")
  );
  if (width !== wanted) {
    check.fail(
      ShapeError,
      `representations of ${wanted} numbers, as the head ${
        layerName(head)
      } takes them`,
      `${width} out of ${layerName(representation)}`,
    );
  }
  return { head, headInput, representation };
}
