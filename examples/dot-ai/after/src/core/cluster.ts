/** Asks the Kubernetes API. What fails is thrown as its client throws it: the answer's code, and the Status as body. */
export async function askCluster(path: string): Promise<unknown> {
  const api = process.env.KUBERNETES_API ?? 'http://127.0.0.1:6443';
  const response = await fetch(new URL(path, api), { signal: AbortSignal.timeout(5_000) });
  const body: unknown = await response.json();
  if (!response.ok)
    throw Object.assign(new Error(`the cluster answered ${response.status}`), { code: response.status, body });
  return body;
}
