// Routes for conversations and endpoints, the largest first.

import type { Selection } from '@eyrie/store';
import { withFilter } from '../bytes/with-filter.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { conversationRow, endpointRow, portConversationRow } from '../rows.ts';
import {
  Conversations,
  Endpoints,
  EndpointsQuery,
  PAGE_ROWS,
  type Scope,
  TalkQuery,
} from '../schemas/index.ts';
import type { Server } from '../server.ts';
import { flowQueryOf, selectionOf } from '../terms.ts';
import { answers } from './answers.ts';

export function addConversationRoutes(app: Server, { store }: Context): void {
  app.get(
    '/conversations',
    {
      schema: {
        ...answers('flows', 'Conversations, largest first, as -z conv', Conversations),
        querystring: TalkQuery,
      },
    },
    async ({ query }) => {
      const { type = 'any', sort = 'bytes', limit = PAGE_ROWS } = query;
      if (type === 'tcp' || type === 'udp') {
        const { q, protocol, src, dst, ...terms } = query;
        const unknown = Object.entries({ q, protocol, src, dst }).find(([, value]) => value !== undefined);
        if (unknown !== undefined)
          throw new ApiError('bad_value', `${unknown[0]}: conversations of ${type} can't be chosen by it`);
        const { items } = await store.flows({ ...flowQueryOf({ ...terms, sort }), transport: type, limit });
        return { items: items.map(portConversationRow), is_exact: true };
      }
      const { items, exact } = await store.conversations({ ...ofType(query, type), order: sort, limit });
      return { items: items.map(conversationRow), is_exact: exact };
    },
  );

  app.get(
    '/endpoints',
    {
      schema: {
        ...answers('flows', 'Endpoints, largest first, as -z endpoints', Endpoints),
        querystring: EndpointsQuery,
      },
    },
    async ({ query }) => {
      const { type = 'any', sort = 'bytes', limit = PAGE_ROWS } = query;
      const { items, exact } = await store.endpoints({ ...ofType(query, type), order: sort, limit });
      return { items: items.map(endpointRow), is_exact: exact };
    },
  );
}

/** Adds the address type to the filter. */
function ofType(query: Scope, type: 'any' | 'ip' | 'ipv6'): Selection {
  const selection = selectionOf(query);
  return type === 'any' ? selection : withFilter(selection, type);
}
