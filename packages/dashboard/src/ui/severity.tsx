// How grave a finding is: a letter and a colour, so that nobody depends on the colour.

const letters: Record<string, string> = { error: 'E', warn: 'W', note: 'N', chat: 'C', comment: 'i' };

export function Severity({ of }: { of: string }) {
  return (
    <span class={`severity severity-${of}`} role="img" aria-label={of} title={of}>
      {letters[of] ?? '?'}
    </span>
  );
}
