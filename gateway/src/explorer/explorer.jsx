/**
 * The explorer's page: GraphiQL on this gateway, over HTTP and graphql-transport-ws, with a field for the access token.
 * The token stays in this tab: sessionStorage, never an address.
 */
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import './explorer.css';

const workers = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(`/graphql/assets/${workers[label] ?? 'editor.worker.js'}`),
};

const tokenKey = 'access-token';
const token = { current: sessionStorage.getItem(tokenKey) ?? '' };
const authorization = () => (token.current ? { authorization: `Bearer ${token.current}` } : {});

/** Which forms of an answer GraphiQL reads: what is deferred (@defer) in parts, of the version that the gateway has. */
const answers = 'multipart/mixed;deferSpec=20220824, application/json';

let sockets;
/** A socket keeps the viewer it was opened for, so a new token needs a new one. */
const openSockets = () => {
  sockets?.terminate();
  sockets = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: authorization,
    retryAttempts: 0,
  });
};
openSockets();

const send = createGraphiQLFetcher({
  url: '/graphql',
  fetch: (url, options) =>
    fetch(url, { ...options, headers: { ...options.headers, accept: answers, ...authorization() } }),
  wsClient: { subscribe: (...payload) => sockets.subscribe(...payload) },
});

/** Over which protocol is decided by the document as it is; GraphiQL's own parse of it lags behind the typing. */
const fetcher = (params, options) =>
  send(params, { ...options, documentAST: parsed(params.query) ?? options?.documentAST });

function parsed(query) {
  try {
    return parse(query);
  } catch {
    return undefined; // the gateway says what is wrong with it
  }
}

function Token() {
  const [value, setValue] = useState(token.current);
  const change = ({ target }) => {
    token.current = target.value.trim().replace(/^Bearer +/i, '');
    setValue(target.value);
    sessionStorage.setItem(tokenKey, token.current);
    openSockets();
  };
  return (
    <label className="token">
      Access token
      <input
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={change}
        placeholder="none: anonymous"
      />
    </label>
  );
}

const show = (samples) =>
  createRoot(document.getElementById('explorer')).render(
    <StrictMode>
      <GraphiQL
        fetcher={fetcher}
        {...(samples.length > 0 && { defaultTabs: samples.map(({ query }) => ({ query })) })}
        shouldPersistHeaders={false}
      >
        <GraphiQL.Footer>
          <Token />
        </GraphiQL.Footer>
      </GraphiQL>
    </StrictMode>,
  );

fetch('/graphql/assets/samples.json')
  .then((answer) => answer.json())
  .then(show);
