import { existsSync } from 'node:fs';
import { type CollectorOptions, startCollector } from '../collector/collector.js';
import { type Ask, writeStaticCopy } from '../collector/static-copy.js';
import * as COLLECTOR_ERRORS from '../platform/error-table/collector.js';
import { AnalyticsError, messageOf } from '../platform/errors.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { plural, shortPath } from './format.js';
import type { Output } from './output.js';

/** One collector uses a file, so a running one is asked; without its address the file is opened by one of our own. */
export async function publishCopy(
  folder: string,
  options: CollectorOptions,
  url: string | undefined,
  output: Output,
): Promise<ExitCode> {
  const { token: _, ...open } = options;
  // Opening it would make an empty database, and publish that nothing is known.
  if (url === undefined && !existsSync(open.db)) {
    const cause = `${open.db} does not exist; name the running collector with --url, or its file with --db`;
    throw new AnalyticsError(COLLECTOR_ERRORS.notPublished, { folder, cause });
  }
  const own = url === undefined ? await startCollector({ ...open, host: '127.0.0.1', port: 0 }) : undefined;
  try {
    const files = await writeStaticCopy(
      folder,
      options.page,
      askAt(own?.url ?? `${url}`, own ? undefined : options.token),
    );
    output.data(
      `Written: ${plural(files.length, 'file')} in ${shortPath(folder)}. Any static web server can show them.`,
    );
    return EXIT.done;
  } catch (error) {
    throw new AnalyticsError(COLLECTOR_ERRORS.notPublished, { folder, cause: messageOf(error) });
  } finally {
    await own?.close();
  }
}

function askAt(base: string, token: string | undefined): Ask {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (path) => {
    const response = await fetch(new URL(path, base.endsWith('/') ? base : `${base}/`), { headers, redirect: 'error' });
    if (!response.ok) throw new Error(`the collector answers ${response.status} to /${path}`);
    return response.text();
  };
}
