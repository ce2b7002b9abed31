// The login page: exchanges the token for a cookie that scripts cannot read.

import { apiErrorOf } from '../errors.ts';
import type { Guard } from '../security.ts';
import type { Server } from '../server.ts';
import { page } from './page.ts';

const FORM_BYTES_MAX = 2048;

export function addLoginRoutes(app: Server, guard: Guard): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
    (_, body, done) => done(null, new URLSearchParams(String(body))),
  );

  app.get('/login', { schema: { hide: true } }, async (_, reply) => {
    return guard.needsToken ? reply.type('text/html').send(form('')) : reply.redirect('/', 303);
  });

  app.post('/login', { schema: { hide: true } }, async (request, reply) => {
    const token = request.body instanceof URLSearchParams ? (request.body.get('token') ?? '') : '';
    try {
      guard.login(request.ip, token.trim());
    } catch (thrown) {
      const error = apiErrorOf(thrown);
      const text =
        error.code === 'unauthorized' ? 'This is not the token.' : `${error.message}; ${error.hint ?? ''}`;
      return reply.status(error.statusCode).type('text/html').send(form(text));
    }
    // A reverse proxy reports the client's scheme; a client that forges it only loses its own cookie.
    const isSecure = (request.headers['x-forwarded-proto'] ?? request.protocol) === 'https';
    return reply.header('set-cookie', guard.beginSession(isSecure)).redirect('/', 303);
  });

  app.post('/logout', { schema: { hide: true } }, async (request, reply) => {
    return reply.header('set-cookie', guard.endSession(request)).redirect('/login', 303);
  });
}

/** Without `action` it goes to this page's own address, whose fragment says where in the page a link leads. */
function form(problem: string): string {
  return page(
    'Log in',
    `<form method="post">
<h1>Eyrie</h1>
<p>The token was printed when the service was started.</p>
<p><label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Log in</button></p>
${problem === '' ? '' : `<p role="alert">${problem}</p>`}
</form>`,
  );
}
