/** Whether a host is this machine. An IPv6 address may have the brackets of a URL around it. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/.test(host);
}
