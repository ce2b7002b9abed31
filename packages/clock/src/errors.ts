// Errors of time exchange, each with a stable code and a message of one line.

export type ClockErrorCode = 'keys' | 'no-answer' | 'address' | 'port' | 'refused' | 'certificate';

export class ClockError extends Error {
  readonly code: ClockErrorCode;

  constructor(code: ClockErrorCode, message: string) {
    super(message);
    this.name = 'ClockError';
    this.code = code;
  }
}

export function noAddress(host: string): ClockError {
  return new ClockError('address', `no address for ${host}: is the name right, does name resolution work?`);
}
