// Validates access tokens that users choose, wherever they are given.

const TOKEN_CHARACTERS_MIN = 12;
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${TOKEN_CHARACTERS_MIN},512}$`);

/** Returns what is wrong with the token, to follow the name of the option or variable; or null. */
export function tokenMistake(token: string): string | null {
  return TOKEN.test(token)
    ? null
    : `choose one of at least ${TOKEN_CHARACTERS_MIN} characters, letters, digits and signs without blanks`;
}
