"""Certificates for tests, made with openssl: an authority, servers and devices."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority below a folder, with what it has signed."""

    folder: Path

    @property
    def pem(self) -> Path:
        """Its own certificate."""
        return self.folder / "ca.pem"

    def sign(self, name: str, usage: str) -> tuple[Path, Path]:
        """Return certificate and key for a common name, which is also its DNS name."""
        pem, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extra = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extra.write_text(
            f"subjectAltName=DNS:{name}\nextendedKeyUsage={usage}\nbasicConstraints=critical,CA:false\n"
        )
        _openssl("req", "-new", *_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        _openssl(
            "x509", "-req", "-in", request, "-CA", self.pem, "-CAkey", self.folder / "ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", extra, "-out", pem,
        )  # fmt: skip
        return pem, key


_KEY = ("-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def make_authority(folder: Path) -> Authority:
    """Make a key and a certificate that may sign others."""
    folder.mkdir(parents=True)
    _openssl(
        "req", "-x509", *_KEY, "-days", "3650", "-subj", f"/CN={folder.name}",
        "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign",
        "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
    )  # fmt: skip
    return Authority(folder)


def _openssl(*words: str | Path) -> None:
    run = ["openssl", *map(str, words)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
