/** The clients of one's own State or body; a curator's are everybody's. By owner and name, a page at a time. */
import { type Page, PageArgs, connectionType } from '@hub/kit/page';
import type { Base } from '@hub/kit/subgraph';
import { ArgsType, Field } from 'type-graphql';
import { column, pageOfQuery } from '../pageOfQuery.js';
import { ApiClient } from './api-client.js';

export const ApiClientConnection = connectionType('ApiClient', () => ApiClient);

@ArgsType()
export class ApiClientsArgs extends PageArgs {
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether those that have ended or expired are listed too.',
  })
  ended!: boolean;
}

export const listApiClients = (base: Base, { ended, ...args }: ApiClientsArgs): Promise<Page<ApiClient>> =>
  pageOfQuery(
    base,
    args,
    (manager) => {
      const clients = manager.createQueryBuilder(ApiClient, 'c');
      return ended
        ? clients
        : clients.where('(c.ended_at is null or :now < c.ended_at) and (c.expires_at is null or :now < c.expires_at)', {
            now: base.now(),
          });
    },
    [
      column.text('c.owner', ({ owner }) => owner),
      column.text('c.name', ({ name }) => name),
      column.key('c.key', ({ key }) => key),
    ],
  );
