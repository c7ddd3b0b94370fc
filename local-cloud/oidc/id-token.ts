import { createPublicKey, type JsonWebKey, verify } from "node:crypto";

import { parseJson } from "../json";

/** Whose id tokens are exchanged: of one issuer, whose keys verify them, or any well-formed JWT that has not expired. */
export type TrustedIssuer =
    | "any"
    | {
          /** The claim `iss`. Default: not looked at. */ issuer?: string;
          keys: readonly (JsonWebKey & { kid?: string })[];
      };

/** The claims of an id token that are looked at. */
export interface Claims {
    readonly iss?: string;
    readonly sub?: string;
    readonly aud?: string | readonly string[];
    readonly exp?: number;
}

/** An id token that is not accepted; the message says why. */
export class IdTokenError extends Error {}

/**
 * The claims of an id token. Throws `IdTokenError` where it is malformed, expired, for somebody else, or not signed by the
 * trusted issuer. `audiences` holds what its audience may be; they are looked at for a trusted issuer alone.
 */
export function requireIdToken(
    token: string,
    trusted: TrustedIssuer,
    audiences: readonly string[],
    now: number,
): Claims {
    const [header = "", payload = "", signature = "", ...more] = token.split(".");
    if (more.length > 0 || signature === "") throw new IdTokenError("The subject token is not a JWT");
    const claims = decode(payload) as Claims;
    if (typeof claims.exp === "number" && claims.exp * 1000 <= now)
        throw new IdTokenError("The subject token has expired");
    if (trusted === "any") return claims;
    if (trusted.issuer !== undefined && claims.iss !== trusted.issuer)
        throw new IdTokenError(`The issuer ${String(claims.iss)} is not trusted`);
    if (![claims.aud ?? []].flat().some((audience) => audiences.includes(audience)))
        throw new IdTokenError(`The audience ${String(claims.aud)} is not one of ${audiences.join(", ")}`);
    const { alg, kid } = decode(header) as { alg?: string; kid?: string };
    const signed = Buffer.from(`${header}.${payload}`);
    const candidates = trusted.keys.filter((key) => kid === undefined || key.kid === undefined || key.kid === kid);
    if (!candidates.some((key) => isSignedBy(key, alg, signed, Buffer.from(signature, "base64url"))))
        throw new IdTokenError("The signature of the subject token is not of a key of its issuer");
    return claims;
}

function isSignedBy(key: JsonWebKey, algorithm: string | undefined, signed: Buffer, signature: Buffer): boolean {
    const publicKey = createPublicKey({ key, format: "jwk" });
    if (algorithm === "RS256" && key.kty === "RSA") return verify("sha256", signed, publicKey, signature);
    if (algorithm === "ES256" && key.kty === "EC")
        return verify("sha256", signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
    return false;
}

function decode(part: string): unknown {
    try {
        const value: unknown = parseJson(Buffer.from(part, "base64url").toString());
        if (typeof value === "object" && value !== null) return value;
    } catch {
        // Refused below.
    }
    throw new IdTokenError("The subject token is not a JWT");
}
