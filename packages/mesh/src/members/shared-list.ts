// Lists that a peer changes now and then, and that are the same at many peers of one process: a thousand peers that know the same
// thousand members would keep a million references.

/** Lists at rest, the latest last. Few: members, and those alive, of each mesh. */
const shared: WeakRef<readonly unknown[]>[] = [];
const SHARED_MAX = 16;

export class SharedList<T> {
  #items: T[] = [];
  #isShared = false;

  get items(): readonly T[] {
    return this.#items;
  }

  /** The items, to be changed until `share` is called: a shared list is copied first. */
  own(): T[] {
    if (this.#isShared) this.#items = this.#items.slice();
    this.#isShared = false;
    return this.#items;
  }

  /** To be called at rest: keeps the equal list of another owner instead of this one, if there is any. */
  share(): void {
    if (this.#isShared) return;
    const known = shared
      .map((each) => each.deref())
      .find((each) => each !== undefined && areSame(each, this.#items));
    // Without room to grow, which a list that grew has.
    this.#items = (known as T[] | undefined) ?? this.#items.slice();
    this.#isShared = true;
    if (known !== undefined) return;
    shared.push(new WeakRef(this.#items));
    if (shared.length > SHARED_MAX) shared.shift();
  }
}

/** Also where items are missing, which `every` passes over. */
function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.findIndex((each, i) => each !== others[i]) < 0;
}
