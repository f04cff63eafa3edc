import type { FastifyReply, FastifyRequest } from 'fastify';

/** Path at which the identity provider sends the browser back. */
export const OIDC_CALLBACK = '/api/v1/session/oidc/callback';

const TOKEN = /^[\w-]{43}$/;

/** One cookie of ours: a random value of 256 bits. */
interface TokenCookie {
  readonly name: string;
  /** Undefined when the request has none, one that is no token of ours, or two: then somebody has planted one. */
  read(request: FastifyRequest): string | undefined;
  /** @param maxAgeSeconds absent: until the browser is closed */
  set(reply: FastifyReply, token: string, maxAgeSeconds?: number): void;
  clear(reply: FastifyReply): void;
}

export interface SessionCookies {
  session: TokenCookie;
  /** Binds a log-in at the identity provider to the browser that began it. */
  ticket: TokenCookie;
}

/** `__Host-lienthong` with Secure, so that neither another host nor plain HTTP can set or see it. Browsers refuse that on plain HTTP: an
 *  installation whose PUBLIC_URL begins `http://` (one machine, no TLS) gets `lienthong` without Secure. */
export function sessionCookies(publicUrl: string): SessionCookies {
  const isSecure = publicUrl.startsWith('https:');
  return { session: tokenCookie('lienthong', isSecure), ticket: tokenCookie('lienthong-oidc', isSecure) };
}

function tokenCookie(plainName: string, isSecure: boolean): TokenCookie {
  const name = isSecure ? `__Host-${plainName}` : plainName;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    name,
    read: ({ headers }) => {
      const values = valuesOf(headers.cookie ?? '', name);
      return values.length === 1 && TOKEN.test(values[0]) ? values[0] : undefined;
    },
    set: (reply, token, maxAgeSeconds) => {
      const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
      void reply.header('set-cookie', `${name}=${token}; ${attributes}${age}`);
    },
    clear: (reply) => void reply.header('set-cookie', `${name}=; ${attributes}; Max-Age=0`),
  };
}

function valuesOf(header: string, name: string): string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
