import { Chalk } from 'chalk';
import type { Codes, Style } from './marks.js';

const chalk = new Chalk({ level: 1 });

/** The codes of a terminal that begin and end a style. */
export const terminalCodes: Codes = (style: Style) => {
  const [open = '', close = ''] = chalk[style]('|').split('|');
  return { open, close };
};
