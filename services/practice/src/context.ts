/** What a resolver is handed: who asks, their session, one loader per noun, the event log. */
import type { Context } from '@hub/kit/execution';
import type { Base } from '@hub/kit/subgraph';
import type { AccessLog } from './access/access.log.js';
import { AccessNotes } from './access/access.notes.js';
import type { ReceiptCodec } from './access/access.receipt.js';
import type { People } from './disclosure/people.js';
import type { EventLog } from './event/event.log.js';
import { openRequestLoader } from './access-request/access-request.list.js';
import { knowledgeProductLoader } from './knowledge-product/knowledge-product.loader.js';
import { memberStateLoader } from './member-state/member-state.loader.js';
import { practiceLoader, sectionLoader } from './practice/practice.loader.js';
import { redactionLoader } from './practice/practice.redactions.js';
import { regionLoader } from './region/region.loader.js';
import { regionalBodyLoader } from './regional-body/regional-body.loader.js';
import { narrowerThemeLoader, themeLoader } from './theme/theme.loader.js';
import { workshopLoader } from './workshop/workshop.loader.js';

/** What the process made once and every request shares. */
export interface Parts extends EventLog {
  /** Null where who reads what is not logged: to measure what that costs. */
  accessLog: AccessLog | null;
  receipts: ReceiptCodec;
  /** Null where there is no membership to ask. */
  people: People | null;
}

export const loaders = (base: Base, parts: Parts) => ({
  events: parts as EventLog,
  accessLog: parts.accessLog,
  receipts: parts.receipts,
  people: parts.people,
  /** What of sections this operation reads. */
  accesses: new AccessNotes(),
  practices: practiceLoader(base),
  sections: sectionLoader(base),
  redactions: redactionLoader(base),
  openRequests: openRequestLoader(base),
  themes: themeLoader(base),
  narrowerThemes: narrowerThemeLoader(base),
  knowledgeProducts: knowledgeProductLoader(base),
  memberStates: memberStateLoader(base),
  regionalBodies: regionalBodyLoader(base),
  regions: regionLoader(base),
  workshops: workshopLoader(base),
});

export type PracticeContext = Context<ReturnType<typeof loaders>>;
