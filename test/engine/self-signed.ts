import { generateKeyPairSync, sign } from "node:crypto";

/** A private key and a certificate for `localhost` that no authority signed, both as PEM. */
export function selfSigned(): { key: string; cert: string } {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    // ecdsa-with-SHA256, as RFC 5758 numbers it.
    const algorithm = sequence(Buffer.from("06082a8648ce3d040302", "hex"));
    const commonName = sequence(Buffer.from("0603550403", "hex"), der(0x0c, Buffer.from("localhost")));
    const name = sequence(der(0x31, commonName));
    const validity = sequence(...["200101000000Z", "491231235959Z"].map((time) => der(0x17, Buffer.from(time))));
    const serial = der(0x02, Buffer.from([1]));
    const spki = publicKey.export({ type: "spki", format: "der" });
    const content = sequence(serial, algorithm, name, validity, name, spki);
    const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", content, privateKey)]));
    const body = sequence(content, algorithm, signature).toString("base64").replace(/.{64}/g, "$&\n");
    return {
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    };
}

function sequence(...parts: Buffer[]): Buffer {
    return der(0x30, Buffer.concat(parts));
}

/** One value in ASN.1's distinguished encoding. */
function der(tag: number, content: Buffer): Buffer {
    const { length } = content;
    const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
