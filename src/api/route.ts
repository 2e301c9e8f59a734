import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { ErrorCode } from '../domain/errors.js';
import type { Role } from '../domain/roles.js';
import type { Caller } from './caller.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface ResponseSpec {
  description: string;
  /** Absent for answers without a body. Of a stream it is documentation. */
  schema?: z.ZodType;
  /** Set where the answer is a stream of this type. */
  contentType?: string;
}

export type AnswerHeaders = Readonly<Record<string, string>>;

/** The body of an answer that is sent as it is made. */
export interface StreamBody {
  stream: Readable;
  headers?: AnswerHeaders;
}

export type Responses = Readonly<Record<number, ResponseSpec>>;

/** What a handler may return: one of the declared statuses with a body of its schema, and headers of its own. */
export type Answer<R extends Responses> = {
  [S in keyof R & number]: R[S] extends { contentType: string }
    ? { status: S } & StreamBody
    : R[S] extends { schema: infer B extends z.ZodType }
      ? { status: S; body: z.input<B>; headers?: AnswerHeaders }
      : { status: S; headers?: AnswerHeaders };
}[keyof R & number];

export interface RouteRequest<Q, B> {
  /** The caller's organisation (row id); empty on routes without authentication. */
  organizationId: string;
  /** Null on routes without authentication. */
  caller: Caller | null;
  /** Path parameters, decoded, never with a NUL. */
  params: Readonly<Record<string, string>>;
  query: Q;
  body: B;
  /** From where it comes, for counting attempts: an IPv4 address, or the network of an IPv6 one. */
  address: string;
  /** Path and query as the caller sent them, for links to other pages. */
  url: string;
  /** Of the session that the browser brought along, live or not; undefined: none. */
  sessionToken: string | undefined;
  /** Aborts when the caller goes away or the server stops; long polls end on it. */
  signal: AbortSignal;
}

export interface BodySpec<B extends z.ZodType> {
  schema: B;
  /** Wrapper of the contract, `{"integration": {…}}`; absent where the contract does not wrap. */
  envelope?: string;
  /** Further wrappers that are understood. The bare object always is. */
  alsoEnvelopes?: readonly string[];
  /** True where sending no body means sending `{}`. */
  optional?: boolean;
}

/**
 * Who may call a route. With authentication it names the least role that may: `read_only` for what changes nothing,
 * `member` for the daily work, `admin` for users, keys, and what cannot be taken back.
 * `caller`: an API key or a session, `session`: a person only. `sameOrigin`: a write of the dashboard before there is a session.
 */
export type Access =
  | { auth: 'none'; role?: never; sameOrigin?: boolean }
  | { auth?: 'caller' | 'session'; role: Role; sameOrigin?: never };

/** Sets secrets, shows them or erases: takes an admin, whatever the route takes, whose password was just given. Keys pass. */
export interface Sensitive<Q, B> {
  /** The subject of a sentence: "Erasing data". */
  what: string;
  when: (request: { query: Q; body: B }) => boolean;
}

export type RouteSpec<Q extends z.ZodType, B extends z.ZodType, R extends Responses> = Access & {
  method: Method;
  /** OpenAPI form: `/api/integrations/{integration_id}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** What each path parameter is. */
  params?: Readonly<Record<string, string>>;
  query?: Q;
  body?: BodySpec<B>;
  sensitive?: Sensitive<z.output<Q>, z.output<B>>;
  responses: R;
  /** Catalogue codes that it may answer besides those of authentication and validation. */
  errors?: readonly ErrorCode[];
  /** False where pages ask by themselves, again and again: a session idles on meanwhile. */
  keepsSession?: boolean;
  handle: (request: RouteRequest<z.output<Q>, z.output<B>>) => Promise<Answer<NoInfer<R>>>;
};

/** A route whose types have done their work: the router and the OpenAPI document only read it. */
export interface Route {
  method: Method;
  path: string;
  tag: string;
  summary: string;
  description?: string;
  auth: 'caller' | 'session' | 'none';
  sameOrigin: boolean;
  /** The least role that may; undefined without authentication. */
  role: Role | undefined;
  params: Readonly<Record<string, string>>;
  query: z.ZodType | undefined;
  body: BodySpec<z.ZodType> | undefined;
  sensitive: { what: string; when(request: { query: unknown; body: unknown }): boolean } | undefined;
  responses: Responses;
  errors: readonly ErrorCode[];
  keepsSession: boolean;
  /** The router calls it only with what the two schemas have put out. */
  handle(
    request: RouteRequest<unknown, unknown>,
  ): Promise<{ status: number; body?: unknown; headers?: AnswerHeaders } & Partial<StreamBody>>;
}

/**
 * Declares a route once: the same schemas validate its requests, type its handler, check its answers in tests and make
 * the OpenAPI document.
 */
export function route<
  R extends Responses,
  Q extends z.ZodType = z.ZodType<unknown>,
  B extends z.ZodType = z.ZodType<unknown>,
>(spec: RouteSpec<Q, B, R>): Route {
  return {
    params: {},
    errors: [],
    ...spec,
    auth: spec.auth ?? 'caller',
    role: spec.role,
    sameOrigin: spec.sameOrigin ?? false,
    keepsSession: spec.keepsSession ?? true,
    query: spec.query,
    body: spec.body,
    sensitive: spec.sensitive,
    handle: spec.handle,
  };
}
