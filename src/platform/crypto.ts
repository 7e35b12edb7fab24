/**
 * Node's crypto, loaded on first use. It would be half of what this package costs a host at start, and neither `status`
 * nor a server in which analytics is off needs it.
 */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** Random bytes in hexadecimal, for file names that must differ. */
export function randomToken(bytes: number): string {
  return crypto().randomBytes(bytes).toString('hex');
}

export function sha256(bytes: string | Uint8Array): string {
  return crypto().createHash('sha256').update(bytes).digest('hex');
}
