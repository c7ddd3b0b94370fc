import { UnexpectedResponseError } from "../api/errors";

/**
 * Reads an object that a list has shown. One that is not there when it is asked for is gone only if the list shows it no longer: what
 * a service lists and does not give would be lost without a word. Fails with `UnexpectedResponseError`.
 *
 * @param name of the object, for the error.
 */
export async function readListed<Result>(
    name: string,
    read: () => Promise<Result | undefined>,
    isListed: () => Promise<boolean>,
): Promise<Result | undefined> {
    const found = await read();
    if (found !== undefined || !(await isListed())) return found;
    const again = await read();
    if (again !== undefined) return again;
    throw UnexpectedResponseError.ofWorkspace(`${name} is listed, and is not there when it is asked for`);
}
