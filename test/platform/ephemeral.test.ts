import { expect, test } from 'vitest';
import { isEphemeral } from '../../src/platform/ephemeral.js';
import { homeIn } from '../../src/platform/home.js';

test('in Kubernetes with nothing mounted, the folder is not kept', () => {
  expect(isEphemeral({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, homeIn('/nonexistent/.dot-ai'))).toBe(true);
});

test.runIf(process.platform === 'linux')('in Kubernetes with the folder on a mount, it is kept', () => {
  // /proc is a mount point on every Linux.
  expect(isEphemeral({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, homeIn('/proc/x/.dot-ai'))).toBe(false);
});
