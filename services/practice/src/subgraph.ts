/** The practice subgraph: what is listed here exists. */
import type { SubgraphDefinition } from '@hub/kit/subgraph';
import { AccessRequestResolver } from './access-request/access-request.resolver.js';
import { AccessLogResolver } from './access/access.resolver.js';
import { beforeAnswer } from './access/beforeAnswer.js';
import { type Parts, loaders } from './context.js';
import { DisclosureResolver } from './disclosure/disclosure.resolver.js';
import { PracticeChange, StreamNotice } from './event/event.js';
import { EventResolver } from './event/event.resolver.js';
import { KnowledgeProductResolver } from './knowledge-product/knowledge-product.resolver.js';
import { MemberStateResolver } from './member-state/member-state.resolver.js';
import { references } from './node/entities.js';
import { NodeResolver } from './node/node.resolver.js';
import { PracticeMutations } from './practice/practice.mutations.js';
import { PracticeResolver } from './practice/practice.resolver.js';
import { PracticeSharingResolver } from './practice/practice.sharing.resolver.js';
import { viewerSettings } from './practice/practice.visibility.js';
import { RegionResolver } from './region/region.resolver.js';
import { RegionalBodyResolver } from './regional-body/regional-body.resolver.js';
import { PracticeStatisticsResolver } from './statistics/statistics.resolver.js';
import { ThemeResolver } from './theme/theme.resolver.js';
import { Workshop } from './workshop/workshop.js';

export const practiceSubgraph: SubgraphDefinition<ReturnType<typeof loaders>, Parts> = {
  name: 'practice',
  resolvers: [
    PracticeResolver,
    PracticeSharingResolver,
    PracticeMutations,
    AccessRequestResolver,
    EventResolver,
    AccessLogResolver,
    DisclosureResolver,
    NodeResolver,
    PracticeStatisticsResolver,
    ThemeResolver,
    KnowledgeProductResolver,
    MemberStateResolver,
    RegionalBodyResolver,
    RegionResolver,
  ],
  types: [PracticeChange, StreamNotice, Workshop],
  loaders,
  settings: viewerSettings,
  beforeAnswer,
  references,
};
