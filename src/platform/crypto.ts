/**
 * Node's crypto, loaded when it is first needed: half of what this package costs a host at start would otherwise be
 * spent on it, and neither `status` nor a server in which analytics is off draws or hashes anything.
 */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** `bytes` random ones in hexadecimal, for names of files that must not meet. */
export function randomToken(bytes: number): string {
  return crypto().randomBytes(bytes).toString('hex');
}

export function sha256(bytes: string | Uint8Array): string {
  return crypto().createHash('sha256').update(bytes).digest('hex');
}
