import type { PartnerSystem, Route } from './partner-system';

export interface Found {
  readonly system: PartnerSystem;
  readonly route: Route;
  /** Below the system's prefix. */
  readonly path: string;
}

/** Finds the route of a request by two map look-ups: the exact path, then the path with its last segment open. */
export class Router {
  private readonly routes = new Map<string, { system: PartnerSystem; route: Route }>();

  constructor(systems: readonly PartnerSystem[]) {
    for (const system of systems) {
      for (const route of system.routes)
        this.routes.set(`${route.method} /${system.id}${route.path}`, { system, route });
    }
  }

  find(method: string, pathname: string): Found | null {
    const open = `${pathname.slice(0, pathname.lastIndexOf('/'))}/*`;
    const found = this.routes.get(`${method} ${pathname}`) ?? this.routes.get(`${method} ${open}`);
    return found === undefined ? null : { ...found, path: pathname.slice(found.system.id.length + 1) };
  }
}
