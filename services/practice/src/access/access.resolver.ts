/** Reading the access log: owners see as what their practice was read, auditors see and verify the whole. */
import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { HubError, badInput } from '@hub/kit/errors';
import { PageArgs } from '@hub/kit/page';
import { holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { submitters } from '../practice/practice.permissions.js';
import { Practice } from '../practice/practice.js';
import { auditedPage, ownersPage } from './access.page.js';
import {
  AccessLogConnection,
  AccessLogFilter,
  AccessLogHead,
  AccessLogHeadInput,
  AccessLogVerification,
  AuditedAccessConnection,
} from './access.types.js';
import { type Head, readHead, verify } from './access.verify.js';

const mostVerified = 100_000; // some seconds
const maxInt = 2 ** 31 - 1;

@Resolver(() => Practice)
export class AccessLogResolver {
  @FieldResolver(() => AccessLogConnection, {
    nullable: true,
    description:
      'Who read more of it than the header, or was sent it, the latest first: as what, for which State or body, when and how, but not who. Shown to focal points, alternates and officers of its owner, whose own people are left out; null for everybody else. What was read a moment ago may take a second to show.',
  })
  async accessLog(
    @Root() { key, row }: Practice,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: PracticeContext,
  ): Promise<AccessLogConnection | null> {
    const { viewer } = context;
    if (viewer.kind !== 'person' || !holds(viewer, ...submitters).includes(row.owner)) return null;
    return new AccessLogConnection(await ownersPage(context, key, args));
  }

  @Query(() => AuditedAccessConnection, {
    nullable: true,
    name: 'accessLog',
    description: 'The whole access log by number, for the auditor.',
  })
  async wholeAccessLog(
    @Arg('filter', () => AccessLogFilter, { nullable: true, description: 'Narrows the log.' })
    filter: AccessLogFilter | null | undefined,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: PracticeContext,
  ): Promise<AuditedAccessConnection> {
    onlyAuditors(context);
    return new AuditedAccessConnection(await auditedPage(context, filter ?? {}, args));
  }

  @Query(() => AccessLogHead, {
    nullable: true,
    description: 'Where the access log ends now, for the auditor to keep outside the hub.',
  })
  async accessLogHead(@Ctx() context: PracticeContext): Promise<AccessLogHead> {
    onlyAuditors(context);
    return headOf(await context.db.read(readHead));
  }

  @Query(() => AccessLogVerification, {
    nullable: true,
    description: `Verifies the access log, for the auditor: every entry against its hash, every hash against the one before, and where it ends against its head. At most ${mostVerified} entries in one go.`,
  })
  async verifyAccessLog(
    @Arg('from', () => Int, { defaultValue: 1, description: 'The number of the first entry to verify.' }) from: number,
    @Arg('to', () => Int, { nullable: true, description: 'The last; as many as go when left out.' })
    to: number | null | undefined,
    @Arg('head', () => AccessLogHeadInput, {
      nullable: true,
      description: 'A head that was kept outside the hub. Only that shows whether the whole log was written anew.',
    })
    head: AccessLogHeadInput | null | undefined,
    @Ctx() context: PracticeContext,
  ): Promise<AccessLogVerification> {
    onlyAuditors(context);
    if (from < 1) throw badInput(['from'], 'from must be 1 or more.');
    if (to != null && to < from) throw badInput(['to'], 'to must not be below from.');
    const most = Math.min(to ?? maxInt, from + mostVerified - 1);
    const kept = head ? keptHead(head) : null;
    const { end, ...verification } = await context.db.read((db) => verify(db, from, most, kept));
    return { ...verification, head: headOf(end) } as AccessLogVerification;
  }
}

function onlyAuditors({ viewer }: PracticeContext): void {
  if (viewer.kind === 'anonymous') throw new HubError('UNAUTHENTICATED', 'Sign in as an auditor to see this.');
  if (viewer.kind !== 'person' || !viewer.roles.some(({ role }) => role === 'AUDITOR'))
    throw new HubError(
      'FORBIDDEN',
      'The access log is the auditor’s; owners find who read a practice in its accessLog.',
    );
}

function keptHead({ number, hash }: AccessLogHeadInput): Head {
  if (number < 0) throw badInput(['head', 'number'], 'number must be 0 or more.');
  if (!/^[0-9a-f]{64}$/i.test(hash)) throw badInput(['head', 'hash'], 'hash must be 64 hexadecimal digits.');
  return { number, hash: Buffer.from(hash, 'hex') };
}

const headOf = ({ number, hash, at }: Head & { at: Date }): AccessLogHead => ({
  number,
  hash: hash.toString('hex'),
  at,
});
