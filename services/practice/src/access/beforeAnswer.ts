/**
 * What is owed before an answer leaves: strict accesses are in the database, the others in the log's buffer. An event
 * takes its others along as a receipt, and they are logged when the gateway reports that they were delivered.
 */
import { OperationTypeNode } from 'graphql';
import type { PracticeContext } from '../context.js';
import { AccessChannel } from './access.js';

const usual: Record<OperationTypeNode, AccessChannel> = {
  [OperationTypeNode.QUERY]: AccessChannel.QUERY,
  [OperationTypeNode.MUTATION]: AccessChannel.MUTATION,
  [OperationTypeNode.SUBSCRIPTION]: AccessChannel.SUBSCRIPTION,
};

export function beforeAnswer(
  {
    accesses,
    accessLog,
    receipts,
    viewer,
    now,
  }: Pick<PracticeContext, 'accesses' | 'accessLog' | 'receipts' | 'viewer' | 'now'>,
  operation: OperationTypeNode,
): Promise<Record<string, unknown> | undefined> | undefined {
  if (!accessLog || accesses.isEmpty) return undefined;
  const { strict, others } = accesses.accesses(viewer, now(), usual[operation]);
  const pushed = operation === OperationTypeNode.SUBSCRIPTION;
  const noted = pushed ? undefined : accessLog.note(others);
  if (strict.length === 0 && !noted && !pushed) return undefined;
  return (async () => {
    await Promise.all([accessLog.write(strict), noted]);
    return pushed && others.length > 0 ? { receipt: receipts.seal(others) } : undefined;
  })();
}
