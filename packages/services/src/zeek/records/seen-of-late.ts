// What was logged within the last day, and so is no news: bounded, the one logged longest ago is forgotten first.

const DAY_S = 86_400;
const KEPT_MAX = 16_384;

export class SeenOfLate {
  /** What is said of each, and when it was logged; in that order. */
  readonly #known = new Map<string, { readonly content: string; readonly time: number }>();

  /** Whether it is to be logged: it was not within a day, or something else was said of it then. */
  isNews(key: string, content: string, time: number): boolean {
    const before = this.#known.get(key);
    if (before !== undefined && before.content === content && time - before.time < DAY_S) return false;
    this.#known.delete(key);
    if (this.#known.size >= KEPT_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, { content, time });
    return true;
  }
}
