"""The words behind the rules. INCOSE numbers are those of the Guide to Writing Requirements, version 4.

Each is a closed class or a small seed; `grammar` joins them into patterns, so that a phrasing need not be listed to
be found.
"""

MANNER = (
    "gracefully appropriately properly correctly seamlessly smoothly easily conveniently intuitively elegantly "
    "nicely cleanly effectively efficiently robustly adequately sufficiently suitably sensibly reasonably safely "
    "sanely flexibly reliably optimally securely accurately neatly tidily handily happily sleekly cleverly "
    "smartly wisely soundly solidly acceptably satisfactorily professionally thoroughly rigorously properly ideally "
    "effortlessly beautifully attractively realistically aesthetically ergonomically naturally clearly helpfully "
    "considerately proficiently competently superbly admirably decently politely kindly gently cautiously"
).split()
"""Adverbs that judge instead of say (INCOSE R7): what is left without them is what can be tested."""

JUDGING_ENDS = "fully ably ibly lessly somely ciently antly ently ously ively ingly".split()
"""Ends of adverbs of which most judge; those below do not."""

NEUTRAL = (
    "successfully unsuccessfully fully statefully faithfully truthfully silently permanently consistently "
    "inconsistently transparently currently recently subsequently consequently differently independently "
    "concurrently persistently idempotently frequently apparently inherently presently equivalently coherently "
    "transiently redundantly constantly instantly importantly previously simultaneously synchronously asynchronously "
    "continuously contiguously anonymously erroneously maliciously spuriously ambiguously unambiguously obviously "
    "homogeneously autonomously spontaneously durably immutably presumably probably invariably irrevocably "
    "unrecoverably observably measurably demonstrably predictably unpredictably inevitably verifiably provably "
    "notably arguably irreversibly reversibly visibly invisibly compatibly incompatibly possibly impossibly plausibly "
    "implausibly accessibly interchangeably unavoidably remarkably repeatably losslessly statelessly headlessly "
    "harmlessly needlessly pointlessly wirelessly endlessly respectively recursively exclusively inclusively "
    "interactively natively actively passively additively relatively alternatively iteratively successively "
    "negatively positively collectively cumulatively permissively progressively proactively speculatively "
    "authoritatively accordingly increasingly correspondingly inactively consecutively comparatively objectively "
    "declaratively imperatively non-interactively conservatively definitively exhaustively retroactively adaptively "
    "selectively bijectively intensively extensively variously decreasingly seemingly surprisingly "
    "predominantly significantly infrequently explicably stably separably indistinguishably undeniably "
    "distinguishably executably evidently eminently stringently potently intermittently"
).split()
"""Adverbs with such an end that say when, where, how far or by which mechanism."""

QUALITY = (
    "appropriate suitable proper adequate sensible reasonable user-friendly intuitive seamless robust flexible "
    "easy-to-use meaningful elegant nice efficient optimal state-of-the-art acceptable satisfactory decent pleasant "
    "pleasing attractive appealing beautiful graceful comfortable effortless painless frictionless professional sleek "
    "slick polished performant high-quality best-in-class world-class top-notch cutting-edge leading-edge "
    "dependable trustworthy judicious prudent intelligent clever thoughtful understandable comprehensible fitting "
    "delightful impressive enjoyable user-centric well-designed well-behaved well-structured eye-catching "
    "developer-friendly self-explanatory apt tasteful befitting proficient good great excellent sane"
).split()
"""Adjectives that judge instead of say (INCOSE R7)."""

PREDICATES = (
    "easy simple fast quick smooth clear clean modern convenient friendly responsive legible maintainable "
    "scalable extensible reliable resilient usable powerful versatile adaptable helpful useful "
    "lightweight straightforward effective efficient snappy secure fluid solid neat tidy approachable accurate "
    "precise durable timely economical affordable manageable sustainable sufficient learnable discoverable"
).split()
"""Adjectives that judge where an obligation is to *be* so; before a noun many of them name a kind."""

COMPARATIVES = (
    "faster quicker better easier smoother simpler cleaner safer nicer friendlier cheaper clearer smarter snappier "
    "tidier neater sleeker slicker sturdier worse prettier"
).split()
"""Comparatives that judge; of others ("longer", "newer") a reader knows what is compared."""

RATES = (
    "quickly rapidly promptly timely soon frequently periodically regularly occasionally significantly substantially "
    "roughly swiftly speedily expeditiously briskly hastily seldom sporadically infrequently considerably momentarily "
    "intermittently habitually slowly gradually sparingly moderately marginally slightly noticeably "
    "appreciably drastically greatly vastly markedly often rarely sometimes"
).split()
"""Adverbs that stand for a time, a rate or a degree nobody gave (INCOSE R6, R7): only an answer can mend them."""

COUNTS = "several many various numerous few significant multitudinous considerable substantial manifold".split()
"""The same before a noun."""

DEGREES = (
    "reasonable|sensible|suitable|appropriate|adequate|sufficient|acceptable|tolerable|moderate|modest|decent|generous|"
    "fair|considerable|significant|substantial|small|large|short|brief|long|limited|certain|good|practical|"
    "manageable|sane|healthy|comfortable|usual|normal|customary|proper|fitting|minimal|low|high|huge|tiny|big|few"
)
"""Adjectives that stand before an amount in the place of a number."""

AMOUNTS = (
    "time|times|while|period|moment|moments|delay|interval|intervals|number|amount|quantity|size|duration|wait|span|"
    "timeframe|time frame|timespan|window|count|length|limit|limits|level|rate|frequency|margin|volume|degree|fraction|"
    "proportion|share|portion|figure|distance|deadline|timeout|pause|threshold|range|speed|pace|latency|bounds|order"
)
"""What a number would be of."""

FEASIBLE = (
    "possible|practical|practicable|feasible|viable|convenient|desirable|reasonable|sensible|appropriate|suitable|"
    "achievable|affordable|workable|manageable|realistic|advisable|expedient|prudent|opportune|worthwhile|beneficial|"
    "advantageous|useful|helpful|economical|cost-effective|justifiable|justified|doable|fitting|wise|attainable|"
    "impractical|impracticable|impossible|infeasible|unfeasible|inconvenient|unreasonable|undesirable|inappropriate|"
    "unsuitable|prohibitive|uneconomical|uneconomic|unworkable|unrealistic|inadvisable|burdensome|"
    r"too (?:hard|costly|expensive|difficult|complex|slow|onerous|cumbersome|much (?:trouble|work|effort))"
)
"""What somebody would have to judge before an obligation holds (INCOSE R8)."""

CIRCUMSTANCES = (
    "circumstances?|conditions?|resources?|time|budget|schedules?|capacity|technology|bandwidth|situation|"
    "environment|workload|funds?|funding|hardware|staffing|load|constraints|performance|context|occasion"
)
"""What is said to permit, or not, where nobody says what it permits."""

NEEDED = "necessary|needed|required|applicable|relevant|desired|warranted|called for|need be|indicated|pertinent"
"""Conditions that nobody named (INCOSE R8): without them something else would be asked for, so they need an answer."""

INFINITIVES = (
    "be able to",
    "be capable of",
    "be in a position to",
    "be equipped to",
    "be designed to",
    "be enabled to",
    "have the ability to",
    "have the capability to",
    "have the capability of",
    "have the capacity to",
    "have the means to",
    "have the power to",
    "provide the ability to",
    "provide the capability to",
    "provide the means to",
    "provide a means to",
    "provide a way to",
    "be so built as to",
)
"""Superfluous infinitives before a verb (INCOSE R10): the verb alone says the same."""

PLACEHOLDERS = ("TBD", "TBC", "TODO", "FIXME", "XXX", "TBA", "TBS", "TBR")
"""Marks of something still to be written."""

DECIDED = (
    "decided|determined|defined|specified|confirmed|agreed|clarified|announced|discussed|settled|finali[sz]ed|"
    "worked out|filled in|fleshed out|negotiated|chosen|established|fixed|detailed|documented|provided|supplied|"
    "written|elaborated|resolved|refined|figured out|hammered out|ironed out|set|given|advised|named|drawn up|"
    "addressed|covered|completed|revisited|considered|picked|selected|added"
)
"""What happens to something that is still to be written."""

WEAK = "should|ought to|might|could|would|may|can|will"
"""Auxiliaries that ask for less than SHALL, or for nothing (INCOSE R1; RFC 2119)."""

PARTICIPLES = (
    "written|sent|shown|read|built|kept|set|put|given|taken|held|made|found|told|drawn|hidden|left|lost|met|run|seen|"
    "sold|thrown|begun|broken|brought|bound|caught|chosen|cut|dealt|done|driven|frozen|known|led|overridden|paid|"
    "rewritten|split|spent|stored|understood|withdrawn|won|woken|reset|undone"
)
"""Participles that do not end in -ed."""

STATES = (
    "based|located|required|limited|related|named|called|titled|labelled|labeled|unchanged|enabled|disabled|supported|"
    "expected|supposed|allowed|permitted|considered|unaffected|needed|nested|sorted|ordered|indented|advanced|"
    "dedicated|detailed|bounded|shared|scoped|treated|aligned|deprecated|unmodified|unsupported|undefined|interested"
)
"""Participles that tell how something is, where no one has to act."""

VERBS = (
    "accept add alert allow append apply archive ask assign attach audit back block build cache calculate call "
    "cancel capture check clean clear close collect commit compare compile compute configure confirm convert copy "
    "count create decrypt delete deliver detect disable discard display download drop email emit enable encrypt "
    "ensure escalate execute exit expire export fetch file flag format generate give handle highlight ignore "
    "import include increase index inform initialize insert install issue keep limit link list load lock log mail "
    "mark measure merge monitor move notify offer open output page parse persist place play poll post preserve "
    "present prevent print process prompt propagate provide publish purge push put queue raise read rebuild "
    "record recover redirect refresh register reject release reload remember remind remove rename render replace "
    "reply report request reset resolve restart restore retain retry return revoke roll run save scan schedule "
    "search select send set show shut sign skip sort start stop store stream submit summarize support suspend "
    "switch sync synchronize tag take terminate test track transfer translate transmit trigger try unlock update "
    "upload use validate verify wait wake warn watch wipe write "
).split()
"""Verbs of things that software does."""

KNOWN_ACRONYMS = frozenset(
    (
        "ACID ACL ADR AES AI AJAX AMD ANSI AND API APIS ARM ARN ASCII AST AWS BASH BOM BSD CA CD CDN CI CIDR "
        "CLI CMS CORS CPU CRC CRLF CRUD CSP CSRF CSS CSV CTA CVE DAG DB DDL DDOS DHCP DI DLL DNS DOM DRY DSL "
        "DTO EOF EOL ESM ETA ETL FAQ FIFO FMA AVX SIMD FK FTP GB GCP GDPR GIF GIT GMT GNU GPL GPS GPT GPU "
        "GRPC GUI GUID HEAD HMAC HTML HTTP HTTPS IAM ICU ID IDE IDS IEEE INCOSE IO IOS IP IPC IPV ISO IT JDBC "
        "JPEG JPG JS JSON JSONL JVM JWT KB KPI LAN LDAP LF LIFO LLM LRU LSP LTS MAC MB MCP MD MFA MIME MIT ML "
        "MVP NAN NAT NDJSON NFS NLP NOT NPM NTP OAUTH OCR OIDC OK OOM OR ORM OS OTEL OTLP OTP PC PDF PEM PEP "
        "PID PII PK PNG POC POSIX PR PRD PATH PRS PTY PWA QA RAM RBAC REPL REST RFC RGB ROI RPC RSA RSS SAML "
        "SARIF SDK SEMVER SEO SHA SLA SLO SMS SMTP SPA SQL SSE SSH SSL SSO STDERR STDIN STDOUT SVG TB TCP TDD "
        "TLS TOML TS TSV TTL TTY TUI TXT UDP UI UML UNIX URI URIS URL URLS USB UTC UTF UUID UX VCS VM VPN VS "
        "WAL WAN WCAG WIP WWW XDG XML XSS YAML ZIP SHALL MUST WHEN THEN GIVEN AND BUT MAY SHOULD NOT WILL CAN "
        "ADDED OR ONLY EXACTLY ALL ANY NO EACH BEFORE AFTER JDK JRE NPE OSS EDT PSI TTFT TPS TOTP GZIP JWKS LB LRU "
        "UNC CR FQDN CUDA CGI JSX TSX VIP WSL MDS PCA UMAP NTFS NFC NFD CSRF ETAG HSTS "
        "RPM QPS CIFS DMG EXE MSI APK SVN PNPM YARN NIX AUTH ENV GONE NONE NULL TRUE FALSE NEW OLD NEVER ALWAYS EVERY "
        "BOTH NOTE DO DOES WITH WHERE STILL SAME THIS THAT FROM INTO THAN ELSE WHAT WHY HOW MORE LESS MOST LEAST "
    ).split()
)
"""Acronyms that a reader of specifications knows without an expansion (INCOSE R37), and words in capitals."""
