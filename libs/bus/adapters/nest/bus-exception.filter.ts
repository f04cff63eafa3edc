import { Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/** Lets every error of a bus handler through as it is. Nest's own RPC filter turns all but RpcException into "Internal server error", and the code and
 *  disposition by which {@link BusServer} decides are lost (STACK §3, trap 1). Put it on each controller with `@UseFilters(BusExceptionFilter)`. */
@Catch()
export class BusExceptionFilter implements ExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
