// What stands between readers and the product in real installations: a reverse proxy, with or without TLS.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import { createServer as createTLSServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

// makeCertificate makes a certificate for 127.0.0.1 with the program that comes with Go: { cert_file, key_file, cert, key,
// remove() }, the first two as the product's section tls wants them.
export async function makeCertificate() {
  const folder = await mkdtemp(join(tmpdir(), "haochaping-certificate-"));
  const { stdout: goroot } = await run("go", ["env", "GOROOT"]);
  const program = join(goroot.trim(), "src/crypto/tls/generate_cert.go");
  await run("go", ["run", program, "-ecdsa-curve", "P256", "-host", "127.0.0.1,localhost", "-duration", "24h"], { cwd: folder });
  const [cert_file, key_file] = ["cert.pem", "key.pem"].map((name) => join(folder, name));
  const [cert, key] = await Promise.all([readFile(cert_file), readFile(key_file)]);
  return { cert_file, key_file, cert, key, remove: () => rm(folder, { recursive: true, force: true }) };
}

// startProxy passes everything on to a port of this machine, path and Host as they came, and says for whom and by which
// scheme. Nothing is gathered: a stream stays one. { url, asked, close() }; asked are the addresses that came.
export async function startProxy(port, certificate) {
  const scheme = certificate ? "https" : "http";
  const asked = [];
  const pass = (incoming, outgoing) => {
    asked.push(incoming.url);
    const on = request(
      {
        host: "127.0.0.1", port, method: incoming.method, path: incoming.url,
        headers: { ...incoming.headers, "x-forwarded-for": incoming.headers["x-forwarded-for"] ?? incoming.socket.remoteAddress, "x-forwarded-proto": scheme },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      },
    );
    on.on("error", () => outgoing.destroy());
    outgoing.on("close", () => on.destroy());
    incoming.pipe(on);
  };
  const server = certificate ? createTLSServer(certificate, pass) : createServer(pass);
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `${scheme}://127.0.0.1:${server.address().port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
