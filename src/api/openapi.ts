import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../domain/errors.js';
import type { BodySpec, Route } from './route.js';

/** Of the contract, not of the program. */
const API_VERSION = '1.0.0';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;
/** A route, or the description of one that is mounted by other means. */
export type Operation = Omit<Route, 'handle'>;

const fieldMessages = z.record(z.string(), z.array(z.string()));

const errorSchema = z
  .object({
    code: z.int().meta({ description: 'The HTTP status.' }),
    name: z.string().meta({ description: 'The reason of that status.' }),
    description: z
      .union([z.string(), z.record(z.enum(['json', 'query', 'path']), fieldMessages)])
      .meta({ description: 'A sentence; or messages by location and field, `_schema` for the whole.' }),
    error: z
      .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
      .meta({ description: 'Stable code for programs; docs/errors.md lists them.' }),
    request_id: z.string(),
  })
  .meta({ id: 'Error' });

const json = (schema: z.ZodType): { 'application/json': { schema: z.ZodType } } => ({
  'application/json': { schema },
});

const content = (
  schema: z.ZodType,
  contentType = 'application/json',
): Record<string, { schema: z.ZodType }> => ({
  [contentType.split(';', 1)[0]!]: { schema },
});

/** One response per status, with the codes that it may carry. */
function errorResponses(codes: readonly ErrorCode[]): Record<string, ResponseConfig> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: `${STATUS_CODES[status]}: ${list.map((code) => `\`${code}\``).join(', ')}`,
        content: json(errorSchema),
      },
    ]),
  );
}

/** Codes of the gate. */
const WITH_AUTH: Record<Route['auth'], readonly ErrorCode[]> = {
  none: [],
  caller: ['auth.missing', 'auth.invalid', 'session.expired', 'auth.forbidden'],
  session: ['session.missing', 'session.expired', 'auth.invalid', 'session.needed', 'auth.forbidden'],
};

const SECURITY: Record<Route['auth'], Record<string, string[]>[] | undefined> = {
  none: [],
  caller: undefined,
  session: [{ Session: [] }],
};

/** What it takes beyond the role; the sentence begins with what it is about. */
const sensitiveText = ({ sensitive }: Operation): string | undefined =>
  sensitive && `${sensitive.what} takes the role admin and, with a session, a password that was just given.`;

function possibleErrors(operation: Operation): ErrorCode[] {
  const { auth, method, body, query, sensitive, errors } = operation;
  const codes = new Set<ErrorCode>(errors);
  for (const code of WITH_AUTH[auth]) codes.add(code);
  if (auth !== 'none' && method !== 'get') codes.add('auth.cross_site');
  if (sensitive) codes.add('session.unconfirmed');
  if (body || query) codes.add('request.invalid');
  // The webhook receiver has its own rules for bodies.
  if (body && operation.path.startsWith('/api/')) {
    codes.add('request.malformed_json');
    codes.add('request.unsupported_media_type');
    codes.add('request.too_large');
  }
  if (auth !== 'none') codes.add('service.unavailable');
  return [...codes];
}

function bodyConfig({ schema, envelope, optional }: BodySpec<z.ZodType>): {
  required: boolean;
  content: ReturnType<typeof json>;
} {
  const wrapped = envelope === undefined ? schema : z.object({ [envelope]: schema });
  return { required: optional !== true, content: json(wrapped) };
}

function describeOperation(operation: Operation): RouteConfig {
  const { method, path, tag, summary, description, params, query, body, responses } = operation;
  const names = Object.keys(params);
  const texts = [description, sensitiveText(operation)].filter((part) => part !== undefined);
  const security = SECURITY[operation.auth];
  return {
    method,
    path,
    tags: [tag],
    summary,
    ...(texts.length === 0 ? {} : { description: texts.join(' ') }),
    ...(operation.role === undefined ? {} : { 'x-role': operation.role }),
    ...(security === undefined ? {} : { security }),
    request: {
      ...(names.length === 0
        ? {}
        : {
            params: z.object(
              Object.fromEntries(
                names.map((name) => [name, z.string().meta({ description: params[name]! })]),
              ),
            ),
          }),
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(body === undefined ? {} : { body: bodyConfig(body) }),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, { description: text, schema, contentType }]) => [
          status,
          {
            description: text,
            ...(schema === undefined && contentType === undefined
              ? {}
              : { content: content(schema ?? z.string(), contentType) }),
          },
        ]),
      ),
      ...errorResponses(possibleErrors(operation)),
    },
  };
}

/** The OpenAPI 3.1 document of these operations. `serverUrl` is where the API is reached. */
export function createOpenApiDocument(operations: readonly Operation[], serverUrl: string): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'ApiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
  });
  registry.registerComponent('securitySchemes', 'Basic', {
    type: 'http',
    scheme: 'basic',
    description: 'The API key as the password, under whatever user name.',
  });
  registry.registerComponent('securitySchemes', 'Session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-ardea_session',
    description:
      'Of the dashboard, set by POST /api/session; `ardea_session` where PUBLIC_URL is not https. Writes take an Origin of our own.',
  });
  for (const operation of operations) registry.registerPath(describeOperation(operation));
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Ardea',
      version: API_VERSION,
      description:
        'Keeps the bank transactions of Plaid Items in sync, and serves them. Amounts are inflow positive and exact to the last digit: read them with a parser that keeps them so. Bodies may leave out the wrapper object.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: [{ ApiKey: [] }, { Basic: [] }, { Session: [] }],
  });
  delete document.webhooks;
  return document;
}
