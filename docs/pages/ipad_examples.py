"""Small inventories for the pages on iPads. Every name, number and address in them is invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FILES: Mapping[str, str] = {
    "authority.yml": """\
authority: musterstadt
name: Stadt Musterstadt (erfunden)
types: {grundschule: Grundschule}
targets:
  tablets: {provider: nanohub, platform: ipados}
""",
    "catalogue.yml": "wifi: {}\n",
    "schools/gs-nord.yml": """\
school: gs-nord
name: Grundschule Nord
type: grundschule
cohorts:
  pupil: {}
""",
    "devices/gs-nord.csv": """\
serial;mac;asset;model;cohort
DXXX00000001;02:d0:00:00:00:01;MU-0001;iPad;pupil
""",
}


SCHOOL = "schools/gs-nord.yml"


@dataclass(frozen=True, slots=True)
class Example:
    """What is written for one thing: lines of the school, and of other files where it needs them.

    ``kinds`` are those that the page shows of what the files make, ``unseen`` files that have to
    be there and that nobody needs to read.
    """

    title: str
    about: str
    kinds: Sequence[str]
    school: str
    others: Mapping[str, str] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)

    @property
    def written(self) -> Mapping[str, str]:
        """Return file name → the lines that a reader needs to see."""
        return {**self.others, SCHOOL: self.school}

    @property
    def files(self) -> Mapping[str, str]:
        """Return the whole small inventory."""
        return {**FILES, **self.others, **self.unseen, SCHOOL: FILES[SCHOOL] + self.school}


def _presets(title: str, about: str, lines: str) -> Example:
    return Example(title, about, ["presets"], f"presets:\n{lines}")


_AUTHORITY = Path(__file__).parents[2] / "inventories/saarbruecken/certificates/rv-ca.pem"
_PEM = {"certificates/schul-ca.pem": _AUTHORITY.read_text(encoding="utf-8")}
_RAW = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>org.example.fonts</string>
  <key>PayloadUUID</key><string>11111111-1111-4111-8111-111111111111</string>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadType</key><string>com.apple.networkusagerules</string>
      <key>PayloadVersion</key><integer>1</integer>
      <key>PayloadIdentifier</key><string>org.example.fonts.rules</string>
      <key>PayloadUUID</key><string>22222222-2222-4222-8222-222222222222</string>
      <key>ApplicationRules</key>
      <array>
        <dict><key>AllowRoamingCellularData</key><false/></dict>
      </array>
    </dict>
  </array>
</dict>
</plist>
"""
EXAMPLES: Mapping[str, Sequence[Example]] = {
    "wifi": [
        Example(
            "A network with a password",
            "The password is a secret: the files name it, and only the device gets its value.",
            ["wifi"],
            "wifi: [schulnetz]\n",
            {
                "catalogue.yml": """\
wifi:
  schulnetz: {ssid: Schulnetz, security: wpa2-personal, password: !secret "${school.id}-wlan"}
"""
            },
        ),
        Example(
            "A network with accounts",
            "The profile brings the authority along that its RADIUS is known by, and the name that "
            "must stand in its certificate.",
            ["wifi"],
            "wifi: [schulnetz]\n",
            {
                "catalogue.yml": """\
certificates:
  schul-ca: {file: certificates/schul-ca.pem}
wifi:
  schulnetz:
    ssid: Schulnetz
    security: wpa2-enterprise
    eap: [peap]
    username: "tablets-${school.id}"
    user_password: !secret "${school.id}-radius"
    server_names: [radius.example.org]
    certificate: schul-ca
"""
            },
            _PEM,
        ),
    ],
    "certificate": [
        Example(
            "An authority that devices trust",
            "",
            ["certificate"],
            "certificates: [schul-ca]\n",
            {"catalogue.yml": "certificates:\n  schul-ca: {file: certificates/schul-ca.pem}\n"},
            _PEM,
        ),
    ],
    "profile": [
        Example(
            "What Pedell has no words for",
            "A profile as a file, checked against what Apple lists, and passed through.",
            ["profile"],
            "profiles: [no-roaming]\n",
            {
                "catalogue.yml": """\
profiles:
  no-roaming: {file: profiles/no-roaming.mobileconfig}
"""
            },
            {
                "profiles/no-roaming.mobileconfig": _RAW.replace(
                    "org.example.fonts", "org.example.roaming"
                )
            },
        ),
    ],
    "restrictions": [
        Example(
            "What pupils may not do",
            "A set of rights in the catalogue, named by the school for its pupils.",
            ["restrictions"],
            "restrictions: {pupil: jugendschutz}\n",
            {
                "catalogue.yml": """\
restrictions:
  jugendschutz: {airdrop: false, camera: true, max_app_rating: 300}
"""
            },
        ),
    ],
    "app": [
        Example(
            "An app for everybody",
            "Apps are declared: the device fetches and keeps them by itself.",
            ["app"],
            "apps: [anton]\n",
            {
                "catalogue.yml": """\
apps:
  anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15"}
"""
            },
        ),
        Example(
            "An app that updates itself",
            "From iPadOS 26 on; older ones get the app without it.",
            ["app"],
            'apps: [anton]\nos: "26.0"\n',
            {
                "catalogue.yml": """\
apps:
  anton: {title: ANTON, app_store: 1180554775, approved: "2021-01-15", updates: always}
"""
            },
        ),
    ],
    "configured_app": [
        Example(
            "An app that is told its server",
            "Such an app comes by command. The school says what differs; secrets are opened on the "
            "way.",
            ["configured_app"],
            "apps: [lernapp]\napp_settings: {lernapp: {configuration: {room: Raum 12}}}\n",
            {
                "catalogue.yml": """\
apps:
  lernapp:
    title: Lernapp (erfunden)
    app_store: 4711
    bundle: org.example.lernapp
    approved: "2026-01-15"
    install: command
    configuration:
      serverURL: https://lernen.example.org
      schoolCode: "${school.id}"
      token: !secret "${school.id}-lernapp"
"""
            },
        ),
    ],
    "presets": [
        _presets(
            "Text on the lock screen",
            "Whose device it is, for whoever finds it.",
            '  lock_screen: "${school.name} · Schulträger: Stadt Musterstadt"\n',
        ),
        _presets(
            "A link on the home screen",
            "",
            "  web_clips:\n    lernplattform: {title: Lernplattform, url: "
            '"https://lernen.example.org"}\n',
        ),
        Example(
            "The home screen",
            "Dock and pages; apps by their names in the catalogue, links by theirs. A folder may "
            "hold both.",
            ["presets"],
            """\
presets:
  web_clips:
    lernplattform: {title: Lernplattform, url: "https://lernen.example.org"}
  home_screen:
    dock: [{bundle: com.apple.mobilesafari}]
    pages:
      - [{app: anton}, {folder: {name: Lernen, items: [{web_clip: lernplattform}]}}]
""",
            {
                "catalogue.yml": """\
apps:
  anton: {title: ANTON, app_store: 1180554775, bundle: com.example.anton, approved: "2021-01-15"}
"""
            },
        ),
        _presets(
            "One app and nothing else",
            "For a kiosk or a room of its own; an exam ends by itself, this does not.",
            "  single_app: {bundle: org.example.ausleihe, volume_buttons: false}\n",
        ),
        _presets(
            "New systems wait, on iPadOS 17",
            "For up to 90 days, so that somebody can try them first.",
            "  update_deferral: 30\n",
        ),
        Example(
            "New systems wait, from iPadOS 18 on",
            "The same line. iPadOS 27 takes it in no profile any more.",
            ["presets", "configuration"],
            'presets:\n  update_deferral: 30\nos: "18.0"\n',
        ),
        _presets(
            "A passcode",
            "The strictest word of all layers counts.",
            "  passcode: {required: true, min_length: 6, simple: false}\n",
        ),
        _presets(
            "A web filter",
            "",
            '  web_filter: {auto: true, denied: ["https://spiele.example.org"]}\n',
        ),
        _presets(
            "Encrypted DNS",
            "",
            "  dns: {protocol: https, server: https://dns.example.org/dns-query, "
            "addresses: [192.0.2.53], switch_off: false}\n",
        ),
        _presets(
            "A printer",
            "",
            "  airprint:\n    raum-12: {address: 192.0.2.40, path: ipp/print}\n",
        ),
        _presets(
            "A proxy",
            "",
            "  proxy: {mode: manual, host: proxy.gs-nord.example.org, port: 3128}\n",
        ),
        _presets(
            "What may speak up",
            "",
            "  notifications:\n    anton: {bundle: com.example.anton, allowed: false}\n",
        ),
        _presets(
            "Whose sites and addresses are the school's",
            "",
            "  managed_domains: {web: [gs-nord.example.org], mail: [gs-nord.example.org]}\n",
        ),
        _presets(
            "A calendar",
            "",
            "  calendar_subscriptions:\n    termine: {title: Termine, url: "
            '"https://gs-nord.example.org/termine.ics"}\n',
        ),
    ],
    "exam": [
        Example(
            "An exam until noon, in one app",
            "What gives answers is off; the profile takes itself away when the exam is over. Its "
            "time is that of the authority, on the device it stands in UTC.",
            ["exam"],
            'presets:\n  exam: {until: "2099-03-01 12:00", bundle: org.example.pruefung, '
            "allow: [dictation]}\n",
        ),
    ],
    "configuration": [
        Example(
            "The same rights, on iPadOS 26.4",
            "Apple moved Siri into a declaration: the files stay as they are, the device gets it "
            "where it looks.",
            ["restrictions", "configuration"],
            'restrictions: {pupil: jugendschutz}\nos: "26.4"\n',
            {
                "catalogue.yml": """\
restrictions:
  jugendschutz: {airdrop: false, siri: false}
"""
            },
        ),
    ],
}
