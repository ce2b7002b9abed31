// Polls several sources continuously, and combines them.
import { type Selection, select } from '../select/select.ts';
import { isUsable, type Source, type SourceState } from './source.ts';

export interface SourceStatus extends SourceState {
  /** `truth`: used; `outlier`: agrees, but with more jitter; `falseticker`: disagrees with the majority; `unusable`. */
  readonly role: 'truth' | 'outlier' | 'falseticker' | 'unusable';
}

export interface Verdict {
  readonly sources: readonly SourceStatus[];
  /** Seconds this machine's clock is behind; null if no majority of the sources agrees. */
  readonly offset: number | null;
  /** Seconds: the truth lies within offset ± this. */
  readonly distance: number;
  /** Seconds. */
  readonly jitter: number;
}

export class TimeKeeper {
  readonly #sources: readonly Source[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** Polls each source at its own interval until `stop`. `onChange` is called after each response or timeout. */
  start(onChange: () => void): void {
    for (const source of this.#sources) void this.#run(source, onChange);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  verdict(): Verdict {
    const states = this.#sources.map((source) => source.state());
    const candidates = states.filter(isUsable).map((state) => ({
      state,
      offset: state.estimate!.offset,
      jitter: state.estimate!.jitter,
      rootDistance: state.rootDistance,
    }));
    const selection = select(candidates);
    const sources = states.map((state) => ({ ...state, role: roleOf(state, selection) }));
    if (selection === null) return { sources, offset: null, distance: Number.POSITIVE_INFINITY, jitter: 0 };
    const distance = Math.min(...selection.survivors.map(({ rootDistance }) => rootDistance));
    return { sources, offset: selection.offset, distance, jitter: selection.jitter };
  }

  async #run(source: Source, onChange: () => void): Promise<void> {
    await source.poll();
    if (this.#isStopped) return;
    onChange();
    const wait = source.nextPollMs();
    if (wait === null) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#run(source, onChange);
    }, wait);
    this.#timers.add(timer);
  }
}

function roleOf(
  state: SourceState,
  selection: Selection<{ state: SourceState; offset: number; jitter: number; rootDistance: number }> | null,
): SourceStatus['role'] {
  if (!isUsable(state) || selection === null) return 'unusable';
  if (selection.survivors.some((each) => each.state === state)) return 'truth';
  return selection.falsetickers.some((each) => each.state === state) ? 'falseticker' : 'outlier';
}
