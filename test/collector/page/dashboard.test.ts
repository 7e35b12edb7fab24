import { describe } from 'vitest';
import { hasBrowser } from '../../support/browser.js';
import { address } from './address.js';
import { helped } from './helped.js';
import { filled } from './look.js';
import { looks } from './looks.js';
import { numbers } from './numbers.js';
import { weight } from './weight.js';
import { words } from './words.js';

// One file, so that the invented users and the browser are there once.
describe.runIf(hasBrowser)('the dashboard, in Chromium', () => {
  // Reports of September and October, and what is not over yet.
  const year = filled(20, 80);
  describe('how it looks', () => looks(year));
  describe('what is looked at', () => address(year));
  describe('what is not known', () => words(year));
  describe('whether a release helped', helped);
  describe('every number equals that of the API', () => numbers(year));
  describe('the weight', () => weight(year));
});
