import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { openApiDocument } from './openapi';

interface Document {
  paths: Record<
    string,
    Record<string, { operationId: string; security?: object[]; responses: Record<string, { content?: object }> }>
  >;
}

describe('the OpenAPI document', () => {
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway()), 60_000);
  afterAll(() => gateway.stop());

  it('holds every route under its operation id, and says which need a token', async () => {
    const document = (await gateway.app.inject('/api/openapi.json')).json<Document>();
    for (const route of gateway.routes) {
      const path = route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}');
      const described = document.paths[path]?.[route.method.toLowerCase()];
      expect([route.path, described?.operationId]).toEqual([route.path, route.operation]);
      expect([route.path, described?.security !== undefined]).toEqual([route.path, route.access !== 'public']);
    }
    const described = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(described).toHaveLength(gateway.routes.length);
  });

  it('is the same when it is made without a database', async () => {
    const served = (await gateway.app.inject('/api/openapi.json')).json<object>();
    expect(JSON.parse(JSON.stringify(await openApiDocument()))).toEqual(served);
  });

  it('gives every answer of ours a shape', async () => {
    const document = (await gateway.app.inject('/api/openapi.json')).json<Document>();
    const shapeless = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(
          ([, operation]) =>
            !Object.entries(operation.responses).some(
              ([status, response]) => status.startsWith('2') && response.content,
            ),
        )
        .map(([method]) => `${method} ${path}`),
    );
    expect(shapeless).toEqual(['get /synclog/tile/{path}', 'get /files/{token}', 'get /metrics']);
  });
});
