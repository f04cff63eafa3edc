import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionCookies } from './session-cookies';

const TOKEN = 'A'.repeat(43);
const withCookie = (cookie: string): FastifyRequest => ({ headers: { cookie } }) as FastifyRequest;

describe('the cookie of a session', () => {
  const setBy = (publicUrl: string, maxAgeSeconds?: number): string[] => {
    const lines: string[] = [];
    const reply = { header: (_name: string, value: string) => lines.push(value) } as unknown as FastifyReply;
    const { session } = sessionCookies(publicUrl);
    session.set(reply, TOKEN, maxAgeSeconds);
    session.clear(reply);
    return lines;
  };

  it('belongs to this host alone, over TLS alone, and is out of reach of scripts', () => {
    expect(setBy('https://gateway.test')).toEqual([
      `__Host-lienthong=${TOKEN}; Path=/; HttpOnly; SameSite=Lax; Secure`,
      '__Host-lienthong=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
    ]);
  });

  it('works without TLS on one machine, under another name', () => {
    expect(setBy('http://127.0.0.1:3000', 600)[0]).toBe(
      `lienthong=${TOKEN}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600`,
    );
  });

  it.each([
    ['among others', `a=1; __Host-lienthong=${TOKEN}; b=2`, TOKEN],
    ['with another name at its end', `x__Host-lienthong=${TOKEN}`, undefined],
    ['without TLS’ name', `lienthong=${TOKEN}`, undefined],
    ['twice', `__Host-lienthong=${TOKEN}; __Host-lienthong=${TOKEN}`, undefined],
    ['of another form', '__Host-lienthong=short', undefined],
    ['empty', '', undefined],
  ])('is read %s', (_, cookie, expected) =>
    expect(sessionCookies('https://gateway.test').session.read(withCookie(cookie))).toBe(expected),
  );
});
