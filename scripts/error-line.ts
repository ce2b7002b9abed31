/** The most informative line of a program's stderr: its first error, else its last line. */
export function errorLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    // tshark's warning about running as root is not an error.
    .filter((line) => line !== '' && !line.startsWith('Running as user "root"'));
  const line = lines.find((each) => /error\b/i.test(each)) ?? lines.at(-1) ?? '';
  return line.replace(/^\S*(tshark|eyrie): /, '');
}
