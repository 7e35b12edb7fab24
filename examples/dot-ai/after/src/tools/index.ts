import { manageOrgData } from './manage-org-data';
import { query } from './query';
import { recommend } from './recommend';
import { remediate } from './remediate';
import type { Tool } from './tool';
import { version } from './version';

export const TOOLS: readonly Tool[] = [recommend, version, manageOrgData, remediate, query];
