/**
 * The mathematics of a Markdown cell as HTML: Unicode letters, real superscripts, fractions and roots by
 * style sheet. It covers what a sentence about a metric needs, with no font and no library to load; a
 * command it does not know stays as it was written.
 *
 * @module
 */

import { escapeHtml } from "../core/table.ts";

/** Commands that stand for one symbol. */
const SYMBOLS: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  iota: "ι",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Xi: "Ξ",
  Pi: "Π",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
  sum: "∑",
  prod: "∏",
  int: "∫",
  partial: "∂",
  nabla: "∇",
  infty: "∞",
  ell: "ℓ",
  top: "⊤",
  cdot: " · ",
  times: " × ",
  odot: " ⊙ ",
  otimes: " ⊗ ",
  oplus: " ⊕ ",
  pm: " ± ",
  le: " ≤ ",
  leq: " ≤ ",
  ge: " ≥ ",
  geq: " ≥ ",
  ne: " ≠ ",
  neq: " ≠ ",
  approx: " ≈ ",
  sim: " ∼ ",
  equiv: " ≡ ",
  propto: " ∝ ",
  in: " ∈ ",
  notin: " ∉ ",
  subset: " ⊂ ",
  cup: " ∪ ",
  cap: " ∩ ",
  to: " → ",
  rightarrow: " → ",
  Rightarrow: " ⇒ ",
  mapsto: " ↦ ",
  forall: "∀",
  exists: "∃",
  mid: " | ",
  lVert: "‖",
  rVert: "‖",
  Vert: "‖",
  lvert: "|",
  rvert: "|",
  vert: "|",
  langle: "⟨",
  rangle: "⟩",
  ldots: "…",
  dots: "…",
  cdots: "⋯",
  prime: "′",
  dagger: "†",
  quad: "\u2003",
  qquad: "\u2003\u2003",
  left: "",
  right: "",
  big: "",
  Big: "",
  displaystyle: "",
  limits: "",
  "|": "‖",
  "{": "{",
  "}": "}",
  "%": "%",
  "_": "_",
  "&": "&amp;",
  "$": "$",
  "#": "#",
  ",": "\u2009",
  ":": "\u2005",
  ";": "\u2005",
  " ": " ",
  "!": "",
  "\\": "<br>",
};

const FUNCTIONS = new Set(
  "log ln exp min max arg argmin argmax sup inf lim det tr dim rank sin cos tan tanh Pr softmax"
    .split(" "),
);

const ACCENTS: Readonly<Record<string, string>> = {
  hat: "\u0302",
  widehat: "\u0302",
  bar: "\u0304",
  overline: "\u0304",
  tilde: "\u0303",
  widetilde: "\u0303",
  vec: "\u20d7",
  dot: "\u0307",
};

const UPRIGHT = new Set(["text", "mathrm", "operatorname", "textrm", "mathsf"]);
const BOLD = new Set(["mathbf", "boldsymbol", "bm", "textbf"]);
const DOUBLE: Readonly<Record<string, string>> = {
  C: "ℂ",
  E: "𝔼",
  N: "ℕ",
  P: "ℙ",
  Q: "ℚ",
  R: "ℝ",
  Z: "ℤ",
};

/** Reads one formula. */
class Formula {
  readonly #tex: string;
  #at = 0;

  constructor(tex: string) {
    this.#tex = tex;
  }

  /** Everything up to the end or to the bracket that closes the group. */
  sequence(): string {
    let html = "";
    while (this.#at < this.#tex.length && this.#tex[this.#at] !== "}") {
      // Between two terms a minus is an operator, before the first a sign.
      const binary = this.#tex[this.#at] === "-" && /[^\s([{,]$/.test(html);
      html += binary ? ` ${this.#item()} ` : this.#item();
    }
    return html;
  }

  #item(): string {
    const character = this.#tex[this.#at] ?? "";
    if (character === "\\") return this.#command();
    if (character === "{") return this.#argument();
    this.#at++;
    if (character === "^") return `<sup>${this.#argument()}</sup>`;
    if (character === "_") return `<sub>${this.#argument()}</sub>`;
    if (/[a-zA-Z]/.test(character)) return `<i>${character}</i>`;
    if (/[=<>+]/.test(character)) return ` ${escapeHtml(character)} `;
    if (character === "-") return "−";
    if (character === "," && this.#tex[this.#at] === " ") return ", ";
    if (character === "'") return "′";
    if (character === "&" || /\s/.test(character)) return "";
    return escapeHtml(character);
  }

  /** A group in braces, or the one item that stands for it. */
  #argument(): string {
    while (this.#tex[this.#at] === " ") this.#at++;
    if (this.#tex[this.#at] !== "{") {
      return this.#at < this.#tex.length ? this.#item() : "";
    }
    this.#at++;
    const html = this.sequence();
    this.#at++;
    return html;
  }

  /** A group in braces as it is written. */
  #text(): string {
    const end = this.#tex.indexOf("}", this.#at);
    if (this.#tex[this.#at] !== "{" || end < 0) return this.#argument();
    const text = this.#tex.slice(this.#at + 1, end);
    this.#at = end + 1;
    return escapeHtml(text);
  }

  #command(): string {
    const name = /^\\([a-zA-Z]+|[^])/.exec(this.#tex.slice(this.#at))?.[1] ??
      "";
    this.#at += 1 + name.length;
    if (FUNCTIONS.has(name)) return `<span class="up">${name}</span>\u2009`;
    if (UPRIGHT.has(name)) return `<span class="up">${this.#text()}</span>`;
    if (BOLD.has(name)) return `<b>${this.#argument()}</b>`;
    if (name in ACCENTS) return this.#accent(ACCENTS[name] ?? "");
    if (name === "begin" || name === "end") {
      this.#text();
      return "";
    }
    return this.#construct(name) ?? SYMBOLS[name] ?? escapeHtml(`\\${name}`);
  }

  /** A combining mark goes behind the letter, inside its element. */
  #accent(mark: string): string {
    const html = this.#argument();
    const tail = /(<\/\w+>)*$/.exec(html)?.[0] ?? "";
    return `${html.slice(0, html.length - tail.length)}${mark}${tail}`;
  }

  #construct(name: string): string | undefined {
    switch (name) {
      case "frac":
      case "tfrac":
      case "dfrac":
        return `<span class="frac"><span>${this.#argument()}</span><span>${this.#argument()}</span></span>`;
      case "sqrt":
        return `√<span class="root">${this.#argument()}</span>`;
      case "mathbb":
        return this.#text().replace(/[A-Z]/g, (c) => DOUBLE[c] ?? c);
      case "mathcal":
        return `<i>${this.#text()}</i>`;
    }
    return undefined;
  }
}

/** A formula in TeX as HTML; `display` gives it a line of its own. */
export function mathHtml(tex: string, display = false): string {
  const html = new Formula(tex.trim()).sequence();
  // The source stays within reach: for a reader who knows TeX, and for what this does not cover.
  const title = escapeHtml(tex.trim());
  const kind = display ? "math display" : "math";
  return `<span class="${kind}" title="${title}">${html}</span>`;
}
