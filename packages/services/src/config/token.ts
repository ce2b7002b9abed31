// The rule for tokens that people choose, wherever they are given.

const TOKEN_CHARACTERS_MIN = 12;
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${TOKEN_CHARACTERS_MIN},512}$`);

/** What is wrong with it, to be said behind the name of the option or variable; or null. */
export function tokenMistake(token: string): string | null {
  return TOKEN.test(token)
    ? null
    : `choose one of at least ${TOKEN_CHARACTERS_MIN} characters, letters, digits and signs without blanks`;
}
