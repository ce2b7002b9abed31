// Text for a terminal: colours and Unicode where it has them, plain ASCII where not.
import { styleText } from 'node:util';

export interface Style {
  /** Characters a line. */
  readonly width: number;
  readonly colours: boolean;
  /** Blocks and arrows beyond ASCII. */
  readonly unicode: boolean;
}

export type Colour = 'bold' | 'dim' | 'cyan' | 'green' | 'yellow' | 'red' | 'inverse';

const EIGHTHS = ' ▏▎▍▌▋▊▉';
const SPARKS = '▁▂▃▄▅▆▇█';
const ASCII_SPARKS = '_.-=+*#@';

export class Paint {
  readonly style: Style;

  constructor(style: Style) {
    this.style = style;
  }

  in(colour: Colour, text: string): string {
    return this.style.colours ? styleText(colour, text, { validateStream: false }) : text;
  }

  /** `share` (0 to 1) of `width` characters, in eighths where the terminal can. */
  bar(share: number, width: number): string {
    if (!this.style.unicode)
      return this.in(
        'cyan',
        '#'.repeat(share > 0 ? Math.max(1, Math.round(share * width)) : 0).padEnd(width),
      );
    const eighths = share > 0 ? Math.max(1, Math.round(share * width * 8)) : 0;
    const text = '█'.repeat(eighths >> 3) + (eighths % 8 === 0 ? '' : EIGHTHS[eighths % 8]!);
    return this.in('cyan', text) + ' '.repeat(Math.max(0, width - text.length));
  }

  /** A character for each value, higher for more. */
  spark(values: readonly number[]): string {
    const most = Math.max(...values);
    const sparks = this.style.unicode ? SPARKS : ASCII_SPARKS;
    return values
      .map((value) => (value === 0 ? ' ' : sparks[Math.min(7, Math.floor((value / most) * 8))]!))
      .join('');
  }

  get arrow(): string {
    return this.style.unicode ? '→' : '->';
  }

  /** At most `width` characters, padded to that many. */
  fit(text: string, width: number): string {
    return this.clip(text, width).padEnd(width);
  }

  clip(text: string, width: number): string {
    if (text.length <= width) return text;
    const mark = this.style.unicode ? '…' : '~';
    return `${text.slice(0, Math.max(0, width - 1))}${mark}`;
  }
}

/** True unless the environment says that the terminal is plain ASCII. */
export function hasUnicode(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale) || process.platform === 'win32';
}
