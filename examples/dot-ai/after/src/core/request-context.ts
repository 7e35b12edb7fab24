import { AsyncLocalStorage } from 'node:async_hooks';

/** Who asks, from the door to the tool, through either door and without an argument. */
export const requestContext = new AsyncLocalStorage<{ readonly user: string }>();

export function currentUser(): string {
  return requestContext.getStore()?.user ?? 'anonymous';
}
