/** The one line of a program's error output that says what went wrong: its first error, else its last line. */
export function tellingLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    // tshark's remark when root runs it is no error.
    .filter((line) => line !== '' && !line.startsWith('Running as user "root"'));
  const line = lines.find((each) => /error\b/i.test(each)) ?? lines.at(-1) ?? '';
  return line.replace(/^\S*(tshark|eyrie): /, '');
}
