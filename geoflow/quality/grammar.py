"""Patterns of English phrases, joined from closed classes of words: what the rules of wording look for.

How a pattern is written is told in `phrases`.
"""

import re

from geoflow.quality import lexicon
from geoflow.quality.phrases import Phrase, any_word, one_of, phrases, with_cue

MODAL = "(?:SHALL|MUST|shall|must|SHOULD|should|WILL|will)(?: NOT| not)?"


QUALITY = f"(?:{one_of(lexicon.QUALITY)})"
JUDGED = f"(?:{one_of([*lexicon.QUALITY, *lexicon.PREDICATES])})"
_NOTHING_BEHIND = (
    r"(?=\s*(?:[.,;:)—–\0]|\Z|-\s)|\s+(?:and|but|by|for|in|on|at|with|from|given|under|during|before|after)\b)"
)

MANNER = with_cue(
    "-ly",
    rf"(?=[a-z]*ly\b)(?!(?:{one_of(lexicon.NEUTRAL)})\b)(?:{one_of(lexicon.MANNER)}|[a-z]{{2,}}(?:{'|'.join(lexicon.JUDGING_ENDS)}))",
    # "shuts down gracefully" and "graceful shutdown" name a kind of event and are no judgement.
    before=r"(?<!down )(?<!not )(?<!cannot )(?<!never )(?<!n't )",
    after=r"(?!\s+shut)",
)
"""An adverb that judges: one of a list, or by its end."""

_KIND_OF_WAY = (
    r"(?:same|similar|different|other|such|single|specific|given|following|particular|structured|uniform|consistent|"
    r"generic|stable|typed|atomic|sequential|additive|blocking|streaming|idempotent|recoverable|lazy|timely|prompt|"
    r"certain|new|further|[a-z]+istic|[a-z]*-?(?:agnostic|neutral|independent|compatible|based|safe|readable|sensitive|"
    r"insensitive|blocking|only|specific|by-step|preserving|aware|free|driven)|non-?[a-z]+|(?:automat|order|sort|unifi|distribut|batch|cach|nest|encrypt|delay|throttl|limit|stag|isolat|sandbox|controll|coordinat|defin|document|version|local|structur)ed|(?:block|stream|poll|roll|fail)ing|reversible|"
    r"repeatable|reproducible|a?synchronous|continuous|anonymous|hierarchical|incremental|transactional|binary|literal|canonical|chronological|alphabetical|numerical|conditional|bidirectional|functional|sequential|declarative)"
)
_GRADED = r"(?:good|high|great|reasonable|appropriate|adequate|sufficient|proper|due|utmost|acceptable|maximum|maximal|minimal|minimum|little|decent|suitable|satisfactory|best|excellent|professional|superior|fair|outstanding|sensible|tolerable|optimal|exceptional|commercial|low)"

MANNER_PHRASES = phrases(
    rf"in (?:an?|some|any) (?:\w+ly |more |most |very |quite |suitably )?(?!{_KIND_OF_WAY} )[a-z][\w-]*(?:,? (?:and|but|or|yet) [\w-]+)? «way|manner|fashion|style»",
    rf"in (?:the|its|their) (?:right|usual|proper|correct|best|normal|expected|ordinary|customary|natural|obvious|most \w+|{QUALITY}) «way|manner|fashion|style»",
    r"in (?:an?|such an?) «way|manner|fashion» (?:that|which) (?:makes sense|feels? \w+|works (?:well|best)|is (?:easy|good|best|convenient|pleasant|natural|acceptable|helpful|sensible|intuitive|clear)(?: to| for)?|(?:users?|people|customers?|everyone) (?:like|likes|enjoy|appreciate|expect|find|want)\w*)",
    r"(?:as|like|the way)(?: \w+){0,4} (?:would|might|could|will|may)? ?(?:reasonably |normally |naturally |usually |generally )?«expects?|hopes?|hope for»(?: of it| it to)?(?= *[.,;:)]|\s*\Z)",
    r"in (?:an?|the) «way|manner|fashion» (?:that |which )?(?:users?|people|everyone|everybody|customers?|operators?|readers?|they|anyone|one) (?:will|would|can|should|might) \w+",
    r"(?:in |by )?«whatever|whichever|whatsoever» (?:way|manner|means|form)(?: that)?(?: \w+){1,3}(?= *[.,;)]|\s*\Z)|in any «way» (?:that )?(?:works|suits)(?: best)?",
    r"with as «much|little» \w+ as (?:can be|could be|may be|is|one can) \w+",
    r"as (?:would |might |may |is |are |can )?(?:be )?(?:reasonably |normally |generally |usually |to be )?«expected»(?! by| in| from| to| and)",
    rf"with (?:(?:the )?{_GRADED} )?«care|ease|diligence|grace|elegance|finesse|prudence|aplomb|tact»(?! to| of)",
    rf"with (?:an? |the )?(?:very )?{_GRADED} (?:levels? of |degrees? of )?«accuracy|precision|efficiency|speed|quality|effort|reliability|robustness|performance|fidelity|clarity|consideration|attention|fuss|friction|disruption|trouble|hassle|thought|responsiveness|overhead|impact|usability|interruption»",
    rf"(?:to|at|up to) (?:an?|the) (?:very |reasonably )?(?:{_GRADED}|high|highest) (?:possible )?«standards?|degrees?|levels?|extents?|quality|calibre|grades?»(?: of (?:quality|care|service|performance|reliability|accuracy|detail))?",
    r"to (?:the|everyone's|every\w+'s|the \w+'s|their|its) (?:full |complete |reasonable |general )?«satisfaction»(?: of (?:the )?[\w-]+)?",
    r"(?:following|according to|in line with|in accordance with|in keeping with|consistent with|in compliance with|per|as per|based on) (?:the |all )?(?:relevant )?(?:usual|common|good|best|industry|industry-standard|established|accepted|generally accepted|widely accepted|modern|sound|normal|prevailing|recogni[sz]ed|customary) (?:\w+ ){0,2}«practices?|standards?|conventions?|norms?|expectations?|etiquette|guidelines?|principles?|wisdom»",
    r"(?:works?|performs?|behaves?|functions?|operates?|scales?|copes?|reads?|looks?|feels?) (?:very |quite |really |reasonably )?«well|fine|nice|nicely|great|right|good|natural»(?! as| with| for the| to| of)",
    r"(?:do|does|doing) (?:the right|the sensible|the obvious|the best) «thing»",
    r"(?:in|to) (?:good|fine|proper|working) «order|style|taste|shape|form»",
    r"(?:so|such) that (?:everyone|users?|people|it|the user|nobody|operators?|customers?)(?: \w+)? (?:is|are|feels?|stays?|remains?) «happy|satisfied|comfortable|pleased|content|at ease|confident|not annoyed|not confused»",
)
"""A judgement of manner that takes several words."""

ATTRIBUTIVE = any_word(
    lexicon.QUALITY,
    before=r"(?<!is )(?<!are )(?<!be )(?<!was )(?<!were )(?<!as )(?<!when )(?<!where )(?<!if )(?<!not )(?<!known[ -])",
    after=r"(?=\s+(?!to\b|for\b|when\b|where\b|as\b|if\b|by\b|in\b|on\b|at\b|and\b|or\b|that\b|with\b|shutdown\b|shut\b|drain\b|draining\b|stop\b|termination\b|degradation\b|exit\b|restart\b|close\b|starter\b|implementation on\b|standing\b|citizen\b|faith\b|practices?\b)[^\W\d_\0])",
)
"""A judging adjective before a noun."""

UNMEASURED = phrases(
    rf"(?:SHALL|MUST|should|will) (?:also |always )?(?:be|remain|stay|look|feel|appear|seem|become|prove|keep)(?: \w+ly| very| highly| as| more| quite| both| kept)? (?P<q>«{one_of([*lexicon.QUALITY, *lexicon.PREDICATES])}»(?:(?:,| and|, and) {JUDGED})*)(?! to (?!use|understand|read|learn|maintain|follow|operate|navigate|extend|install)| as | than | for any| by | against)",
    r"(?P<q2>«easy|simple|straightforward|pleasant|convenient|comfortable|trivial|intuitive|quick|effortless|enjoyable» to (?:use|understand|read|learn|maintain|follow|operate|navigate|extend|install|configure|work with|handle|find|grasp|remember|spot|scan|adopt|change|modify|test|deploy|set up))",
    rf"(?:of|in) (?:an? )?(?:very )?{_GRADED} «quality|readability|standard|condition»",
    rf"(?:{_GRADED}|high|improved|enhanced|increased|better|top|peak|superb) (?:\w+ )?«performance|quality|reliability|usability|throughput|responsiveness|readability|user experience|experience|maintainability|scalability|accuracy|security|legibility|robustness»",
    r"«ease of use|user-friendliness|user friendliness|look and feel|peace of mind»",
    rf"{MODAL} (?P<q3>«maximi[sz]e|minimi[sz]e|optimi[sz]e|improve|enhance|streamline|be optimi[sz]ed»)",
)
"""A quality that is asked for without a word on how it is measured."""

COMPARED = phrases(
    rf"(?<!\bthe.)(?:much |even |far |noticeably |significantly |considerably )?«{one_of(lexicon.COMPARATIVES)}|more(?: {JUDGED}| (?:{one_of(lexicon.MANNER)}|quickly|rapidly|frequently|promptly|often))|less(?: {JUDGED}| (?:quickly|rapidly|frequently|promptly|often))»(?! than| to the)",
    rf"the (?:best|fastest|easiest|simplest|cleanest|safest|nicest|quickest|smoothest|most {JUDGED})(?: possible| available| achievable)? «way|manner|experience|performance|quality|results?|speed»",
)
"""A comparison that names nothing to compare with."""

_IF = (
    r"(?:if|where|wherever|when|whenever|unless|as long as|so long as|provided(?: that)?|providing(?: that)?|"
    r"assuming(?: that)?|insofar as|in so far as|inasmuch as|as far as|so far as|as much as|"
    r"to (?:the|whatever|any) (?:maximum |greatest |fullest |full |largest )?(?:extent|degree)(?: that)?|should(?! be\b)|"
    r"except (?:where|when|if)|if and when|if and where|only (?:if|when|where)|in cases where|until)"
)
_IT_IS = (
    r"(?:(?:it|this|that|doing so|so doing|the situation) )?"
    r"(?:(?:is|are|be|seems?|appears?|proves?|becomes?|remains?|to be|deemed|considered|thought|judged|found|believed|held|"
    r"would be|would|looks|turns out(?: to be)?|ever|at all|still|otherwise|not|prove) )*"
    r"(?:(?:reasonably|technically|practically|commercially|economically|operationally|physically|humanly|\w+ly) )?"
)
_ALTERNATIVE_VERB = "fall|use|return|report|fail|skip|abort|exit|keep|show|print|ask|reject|warn|leave|else|otherwise"
ALTERNATIVE = re.compile(
    rf"\b(?:or(?:\s+\w+)?\s+(?:{_ALTERNATIVE_VERB})|otherwise|else|falls?\s+back|instead)", re.IGNORECASE
)
"""What makes an escape clause a condition like any other."""

ESCAPE = phrases(
    rf"{_IF} {_IT_IS}«{lexicon.FEASIBLE}»{_NOTHING_BEHIND}",
    r"(?:if|where|when|whenever|wherever|as far as|as much as) «possible|appropriate|practical|practicable|feasible»(?! \w+ (?:is|are)\b)",
    r"as «appropriate|practicable|convenient|feasible|practical»(?! as)",
    rf"(?:{_IF}|as|subject to what|within what|depending on what) (?:the |these |those |available |our |its )?(?:\w+ )?(?:{lexicon.CIRCUMSTANCES})(?: and \w+)? (?:so )?(?:will )?«permits?|allows?|suffices?|is available|are available|warrants?|dictates? otherwise»{_NOTHING_BEHIND}",
    r"(?:time|circumstances|resources|conditions|budget|weather|capacity|bandwidth|schedule|load|space)(?: and \w+)? «permitting|allowing»",
    rf"{_IF} (?:it|this|that|doing so|there) «makes? (?:any |no )?sense|helps|is (?:not )?worth (?:it|the (?:effort|trouble|cost))|pays off|can (?:reasonably |easily )?be (?:done|helped|managed|avoided|arranged|achieved|justified|afforded)|suits|poses? no (?:trouble|harm|problem)|causes? no (?:trouble|harm|problem)|(?:is|are) (?:an? )?(?:good|compelling|valid|sound|strong|sufficient) reasons?(?: not to)?|(?:is|are) no (?:good )?reasons? not to»{_NOTHING_BEHIND}",
    rf"{_IF} (?:\w+ ){{1,4}}«makes?» (?:it|this|that|doing so) (?:{lexicon.FEASIBLE}){_NOTHING_BEHIND}",
    rf"{_IF} (?:the |an? |any )?«opportunity|chance|occasion|moment» (?:presents itself|arises|offers itself|allows|is right|comes){_NOTHING_BEHIND}",
    rf"{_IF} (?:the )?(?:{lexicon.CIRCUMSTANCES}) (?:are|is|prove|look|seem) «favou?rable|right|suitable|propitious|ideal|good|adequate»{_NOTHING_BEHIND}",
    rf"{_IF} (?:it|this|that|doing so|they) (?:does|do|would|will|did) not «get in the way|interfere|hurt|harm|disturb|matter|hinder|bother|cost|conflict|annoy|inconvenience»(?: \w+){{0,4}}?{_NOTHING_BEHIND}",
    rf"{_IF} (?:nothing|no reason|no one|nobody) «speaks against|stands against|prevents|forbids|hinders|objects|gets in the way|minds|stands in the way|argues against»(?: of)?(?: it| this| that)?{_NOTHING_BEHIND}",
    rf"{_IF} there (?:is|are|was|remains?) (?:enough |sufficient |any |an? |still )?«room|time|scope|cause|space|capacity|opportunity|resources|budget|justification|benefit|demand|appetite»(?: (?:for|to do) (?:it|this|that|so))?{_NOTHING_BEHIND}",
    r"at (?:the|its|their|his|her) (?:sole |own |full |absolute )?(?:[\w-]+(?:'s|s')? )?«discretion»(?: of (?:the )?[\w-]+)?",
    r"(?:as|if|where|when|how|however|whenever) (?:it|they|one|the [\w-]+|he|she) «sees?|deems?|thinks?|finds?|considers?|feels?|judges?»(?: it| this)? (?:fit|appropriate|best|necessary|suitable|right|proper|reasonable|useful|sensible|prudent)",
    rf"(?<!\0){MODAL} (?:\w+ly )?(?P<q>«strive|aim|endeavou?r|seek|try|do its best|do their best|do what it can|do everything it can|go out of its way|make (?:every|all|an?|its) (?:\w+ ){{0,2}}(?:efforts?|attempts?)|use (?:its |all |commercially )?(?:best|reasonable)(?: \w+)? (?:efforts|endeavou?rs)» to)",
    r"(?:under|in|during|for|outside|throughout) (?:the )?(?:«normal|ordinary|usual|typical|regular|standard|most|favou?rable|good|average|expected|everyday|nominal|ideal|reasonable|moderate|customary|benign|all but \w+|realistic|practical» )(?:\w+ )?(?:circumstances|conditions|operation|operations|use|usage|cases|situations|days|running|working conditions|loads?|traffic|instances|scenarios|service|times|course of events|run of things|practice|terms|purposes)(?! of| that)",
    r"(?:as|on|with|by|through|in) (?:a |an |the |its |their )?(?:\w+ )?«best[- ]efforts?|best-effort basis|reasonable efforts?|good-faith effort|best endeavours|courtesy|nicety|convenience|matter of course|matter of principle|general rule|goodwill|good will»(?= *[.,;)]|\s*\Z)",
    rf"{_IF} (?:it|this|that|the \w+|they|one|the \w+ \w+)(?: \w+ly| so| really| ever| at all)* «can|could|is able|are able|is capable|manages?|wishes|wants?|likes?|pleases?|chooses?|prefers?|cares?|feels? like it|is willing|is inclined|gets? (?:round|around) to it|gets? the chance|has (?:the )?(?:time|chance|capacity|resources|means|opportunity)|have (?:the )?(?:time|chance|capacity|resources|means|opportunity)|finds? (?:the )?(?:time|occasion)|is up to it|is in the mood|so (?:desires?|chooses?|wishes|requires?)»(?: (?:to|so|it|to do so|do so|afford it|afford to|help it|manage it|manage|be bothered|it))*{_NOTHING_BEHIND}",
    rf"{_IF} (?:so )?«desired|wished|wanted|preferred|inclined|minded|tolerable|bearable|permissible|agreeable|acceptable|opportune|conducive|handy|at hand|within reach|within its power|in its power|within reason|straightforward|easy|easily done|cheap|cheap enough|affordable|painless|warranted|at all possible|remotely possible|humanly possible|not too \w+|no trouble|easily available|readily available»{_NOTHING_BEHIND}",
    rf"«all being well|all going well|if all goes well|if things go well|with (?:any |a bit of |a little )?luck|god willing|weather permitting|barring accidents|circumstances permitting|other things being equal|as and when|at (?:its|their|the \w+'s) (?:own )?(?:convenience|leisure|option|choice|pleasure|sole option|earliest convenience)|at the earliest (?:convenience|opportunity|possible \w+)|at (?:the )?(?:first|next|earliest) (?:suitable |convenient |good |available )?(?:opportunity|occasion|chance)|when convenient|in so far as|insofar as|to the extent (?:that )?(?:possible|reasonable|practical|feasible)|(?:wherever|whenever|if) at all|as best (?:as )?(?:it|they|one) (?:can|may)|as (?:well|far|much|fully|closely) as (?:it|they|one) (?:can|may|is able)|for preference|by preference|given the (?:chance|opportunity|time|means)|time and (?:again|resources) (?:permitting|allowing)|(?:save|except) (?:in|under|for|where) (?:\w+ )?(?:exceptional|unusual|special|extraordinary|rare|justified|extreme|unforeseen) (?:circumstances|cases|situations|conditions|reasons)|unless (?:it |this |that |doing so |there )?(?:is|are|would be|proves?|turns out|seems?|becomes?) (?:\w+ )?(?:difficult|hard|awkward|costly|expensive|slow|burdensome|troublesome|problematic|unwise|overkill|excessive|too \w+|a (?:good |valid |sound |compelling )?reason|good reasons?|inopportune|disruptive|not worth \w+|unnecessary|undue|prohibitively \w+|disproportionate)|unless (?:prevented|hindered|impeded|inconvenienced|overridden|circumstances|otherwise \w+ by circumstances)|more often than not|as often as not|nine times out of ten|most of the time|much of the time|in the main|on the whole|in the majority of cases|in general|generally speaking|broadly|broadly speaking|largely|to a first approximation|in all likelihood|in the normal course(?: of (?:events|things|business|operation))?|in the ordinary course(?: of (?:events|things|business|operation))?|as a matter of (?:course|principle|routine)|on a voluntary basis|on a best-effort basis|on a goodwill basis|voluntarily»{_NOTHING_BEHIND}",
    r"on a best[- ](?:efforts?) «basis»",
    rf"{MODAL},? (?P<q2>«normally|usually|generally|typically|ordinarily|mostly|preferably|ideally|hopefully|in general|in principle|as a rule|for the most part|in theory|where it can|if it can|when it can»),?",
    r"«ideally|preferably|hopefully|in principle|as a (?:general )?rule|by and large|in most (?:cases|situations|circumstances|instances)|for the most part|more or less|to (?:some|a certain|a large|a great|a reasonable) (?:extent|degree)|if at all|barring (?:\w+ )?(?:circumstances|problems|difficulties|events|obstacles|reasons)|all (?:else|other things) being equal|within reason|wherever one can|so far as one can|as (?:best|well) (?:as )?(?:it|they|one) can|to the best of (?:its|their|the \w+'s) (?:ability|abilities|knowledge)|unless (?:\w+ )?(?:circumstances|conditions|considerations|constraints|reasons|factors|the situation|the context) (?:dictate|demand|require|suggest|prevent|make|preclude|forbid|stand|speak|argue|prohibit)s?(?: it| this| otherwise| that)?(?: \w+)?|unless otherwise (?:needed|necessary|appropriate|justified|warranted)|subject to (?:availability|feasibility|practicality|resources?|time|budget|technical constraints|constraints|operational constraints)|if (?:we|you|they) can|if need be not|where there is no good reason»",
)
"""A clause that lets the reader off: the obligation is the same without it."""

UNNAMED_CONDITION = phrases(
    rf"(?:if|when|where|as|whenever|wherever|should (?:it|this)(?: ever)?|unless|to the extent) (?:it |this |that |so )?(?:(?:is|are|be|deemed|considered|becomes?|found|proves?|judged|thought|seems?|really|strictly|absolutely|actually|ever|otherwise) )*«{lexicon.NEEDED}»(?! by\b| for\b| to\b| from\b){_NOTHING_BEHIND}",
    r"(?:if|when|where|as) «necessary|needed|applicable»",
    r"as «required»(?! by| for| to| in| per)",
    r"(?:as|if|when|where|should|whenever) (?:the|a|any|such a|some) «need» (?:arises?|be|exists?|is felt|should arise)",
    rf"(?:as|if|where|when|whenever|should) (?:the )?(?:{lexicon.CIRCUMSTANCES}|case|occasion|need) (?:so )?«requires?|demands?|may be|warrants?|dictates?|calls? for(?: it| this)?|makes? (?:it|this) necessary|arises?»(?! (?:a|an|the|that)\b)",
    rf"«depending» on (?:the )?(?:{lexicon.CIRCUMSTANCES}|needs?|case)(?! of| in)",
    r"(?:under|in) (?:certain|some|special|exceptional|particular|suitable|appropriate|rare|unusual|various|the right|specific) «circumstances|conditions|cases|situations|scenarios|events»",
    r"«from time to time|now and then|every so often|once in a while»",
)
"""A condition that nobody named."""

_ALIKE = r"(?:similar|comparable|equivalent|related|relevant|such|like|analogous|kindred|appropriate|suitable|useful|corresponding|necessary|interesting|important|helpful|common|applicable)"
_STUFF = r"(?:things?|stuff|items?|matters?|others?|ones?|aspects?|concerns?|details?|features?|formats?|types?|kinds?|sorts?|cases?|elements?|fields?|information|data|means|mechanisms?|[a-z]{3,}s)"
OPEN_END = phrases(
    r"«including»,? (?:but )?(?:without limitation|not (?:only|limited|restricted|confined)(?: to)?)",
    r"but (?:is |are )?(?:by no means |in no way )?not «limited|restricted|confined» to",
    r"and «so» (?:on|forth)(?: and so (?:on|forth))?",
    r"and (?:all )?the «like»|or the «like»|and «such»(?=\s*[.,;:)]|\s*\Z)|(?:and|or) «suchlike»|and what ?«not»|and «whatnot»|and «what» have you|and the «rest»(?: of it)?(?=\s*[.,;)]|\s*\Z)|or some «such»|et «cetera»|inter «alia»",
    r"«among|amongst» (?:(?:many|several|various) )?other(?:s| things| \w+s)?(?=\s*[.,;:)]|\s*\Z)",
    r"to «name» (?:but |just |only )?(?:a few|some)|(?:this|the) «list» is not (?:exhaustive|complete|final)|non-«exhaustive|exhaustively»|not an «exhaustive» list|by way of «example»|as «examples»",
    rf"(?:and|or|plus|as well as|and also|along with|together with) (?:any |all |some |many |several |various |the )?(?:number of )?«other|others|further|additional|more»(?: {_ALIKE})? {_STUFF}(?= (?:like (?:it|this|that|these|those)|of (?:that|this|the same|its|a similar) (?:kind|sort|type|nature)|along (?:those|these|similar) lines|as (?:needed|appropriate|necessary))|\s*[.;)]|\s*\Z)",
    r"(?:and|or|plus|as well as) «any» other (?:relevant |suitable |appropriate |related |similar |useful |applicable |possible |kind of |type of |sort of |form of )?[a-z]{3,}(?= *[.;)]|\s*\Z)",
    rf"(?:and|or|plus|as well as) (?:any |all |other |anything |something |everything )*«{_ALIKE}»(?: {_STUFF})?(?=\s*[.,;:)]|\s*\Z)",
    r"(?:and|or|plus) «anything|something|everything|whatever|whichever|someone|anyone»(?: else)?(?: of (?:the|that|this) (?:sort|kind|like)| (?:that|which)? ?(?:is|seems|may be|might be|proves|comes|comes up|turns up|applies|fits|makes sense|is needed|like that|along (?:those|these|similar) lines|similar|comparable|relevant|useful|appropriate|suitable))*(?=\s*[.,;:)]|\s*\Z)",
    r"(?:and|or|plus|as well as) «whatever|whichever|whoever|wherever» (?:\w+ ){1,5}?\w+(?= *[.,;)]|\s*\Z)",
    r"and the «rest» of (?:the|its|those|these) [\w -]{3,40}?(?=\s*[.,;)]|\s*\Z)|in (?:that|this|the same|a similar) «vein»|along (?:those|these|similar) «lines»",
    r"(?:as|when|if) (?:they|these|others|more|new ones) «come up|arise|appear|emerge|become available|become known|turn up|crop up|surface»(?=\s*[.,;)]|\s*\Z)|and many «others» besides|and «others» besides",
    r"(?:and|or|plus) (?:\w+ )?«things|stuff|ones» (?:like|such as) (?:that|this|these|those|it)",
    r"(?:,|and)? ?(?:and|plus) (?:many |much |some |even |quite a few |lots |several )?«more|others»(?=\s*[.;)]|\s*\Z)|and «beyond|elsewhere»(?=\s*[.;)]|\s*\Z)|plus «extras»",
    r"(?<![(])(?:for example|for instance|e\.g\.|as for example|let us say|to give an example),? «on|in|at|when|if|by|during|after|before|for|under|with|from|to|via|as|whenever|while» [^.;]{2,60}?(?= *[.;)]|\s*\Z)",
    r"(?:such as|like|including|e\.g\.|for example|for instance) (?:the |all the |all |any of the |any )?(?:\w+ )?(?:«usual|common|typical|obvious|standard|well-known|popular|customary|familiar|expected|ordinary|conventional|normal|likely|most important|main» (?:\w+ )?(?:ones?|suspects?|cases?|candidates?|kinds?|types?|formats?|things|choices|options|names|fields|[a-z]{3,}s))(?= *[.,;)]|\s*\Z)",
    r"to (?:«mention|cite|list|give|quote|pick|take» )(?:but |just |only )?(?:a few|some|one|two|a handful|a couple|the most \w+|an example|the obvious ones|a selection)|as an «example|illustration»|for «starters|one thing|example|instance»(?= *[.;)]|\s*\Z)|«among|amongst» (?:these|them|which|their number)(?: are| is)? [^.;]{2,60}?(?= *[.;)]|\s*\Z)|et «al»",
    r"(?:and|or)(?:,)? «possibly|perhaps|maybe|potentially|conceivably|probably|presumably|where appropriate|if applicable»,?(?: some| many| any| even)? (?:others?|more|further \w+|additional \w+|other \w+|\w+ others)(?= *[.,;)]|\s*\Z)",
    r"(?:and|or|plus|as well as) (?:«everything|anything|all|everyone|all things|all that|whatever»)(?: (?:else|other|related|connected|associated|similar|in between|around it|of that|of this|of the|to do with|that goes with|which belongs|that belongs|belonging|pertaining|concerning|thereto|the rest|besides|beyond|sort|kind|ilk|like|it|that|this|to|with|them|in)\b)+(?= *[.,;)]|\s*\Z)",
    r"(?:and|or) (?:«variants?|variations?|derivatives?|combinations?|permutations?|relatives|equivalents?|analogues?|counterparts?|alternatives?|synonyms?|substitutes?» (?:of|on|to|for) (?:it|them|this|these|those|that)|variations? «thereof|thereon»|variants? «thereof»|the «ilk» of \w+|their «ilk»|others of (?:its|their|that|this|the same) «kind|sort|type|ilk|nature»|then «some»|all «that»|all the «rest»|the «usual» \w+|the «usual»|stuff|stuff like that|«suchlike|kindred» \w+|the «remaining» (?:ones|cases|things)|several «others»|a few «others»|countless «others»|many «another»|miscellaneous \w+|assorted \w+|sundry \w+)(?= *[.,;)]|\s*\Z)",
    r"(?:as|at) (?:a |an |the very |the bare )?(?:bare |absolute )?«minimum»(?= *[,:(.;)]|\s*\Z)",
    r"and «counting»|(?:, )?«notably|chiefly|primarily|mainly|mostly|principally|above all|first and foremost|particularly|especially|in particular|not least|predominantly|amongst others|among others|at the very least|at the least|to begin with|to start with|as a starting point|as a start|by way of illustration|as examples|for illustration|as illustrations|without being exhaustive|without claim to completeness|not exhaustively|inter alia|and then some|and the list goes on|and on and on|you name it|you get the idea|and everything|and all|and stuff|or whatever|or what have you|or so|or the like|or others|or such|or others like it|or thereabouts»(?= *[.;)]|\s*\Z)",
    r"«any number of|all sorts of|all kinds of|a variety of|an array of|a range of|a host of|a wealth of|a whole range of|a selection of|some or other|some kind of|some sort of|one or another|this or that|assorted|miscellaneous|sundry|diverse» (?:other |different |further |additional |such )?[a-z]+(?: [a-z]+)?(?= *[.,;)]|\s*\Z)",
    r"«etc»\.?(?<=\.)(?=\W|\Z)|«etc»",
)
"""Words that leave a list open."""
ELLIPSIS = (Phrase(r"(?<=[a-z\0`),])(?:,\s*)?(?:\s?\.\.\.|\s?…)(?=\s*(?:[.,;)]|\Z|\s[a-z]))", frozenset({"..."})),)

AMOUNT = (
    *any_word(
        lexicon.RATES,
        before=r"(?<=\s)(?<!fail )(?<!as )(?<!the )(?<!a )(?<!an )(?<!how )(?<!more )(?<!so )",
        after=r"(?! enough)",
    ),
    # "Minimum", "fast" and "small" before a noun may be a name: "the minimum width", "Fast mode", "small caps".
    *any_word(
        lexicon.COUNTS,
        before=r"(?<=\s)(?<!how )(?<!as )(?<!so )(?<!the )(?<!however )(?<!too )(?<!not )(?<!a great )(?<!of )",
        after=r"(?=\s+(?!are\b|is\b|of\b|at\b|in\b|were\b|and\b|or\b|have\b|may\b|can\b|to\b)(?-i:[a-z]))",
    ),
)
AMOUNT_SOME = phrases(
    r"(?:SHALL|MUST)(?: NOT)? [^.;]{0,160}?(?P<q>«some» (?!other |of |way|kind|sort|point|cases?)(?:[a-z-]+ )?[a-z]{3,}s)\b",
    r"(?P<q>«some|a fair number of|a good many|a great many|plenty of|loads of|a good deal of|a great deal of|dozens of|scores of|hundreds of|thousands of|a dozen or so|countless|umpteen|a load of|a mass of|masses of|a host of|an abundance of|a fair amount of|a certain number of|a certain amount of|a small amount of|a large amount of|a sufficient number of|enough» [a-z]{3,}s)(?! are| is| may| can)(?= (?:in|of|per|at|for|with|from|before|after|to|on|each|every|when)\b|\s*[.,;)]|\s*\Z)",
)
AMOUNT_PHRASES = phrases(
    rf"(?:within|after|for|in|over|during|every|at|up to|under|beyond) (?:some |an? |the |any )?(?:very |relatively |fairly |reasonably |suitably |sufficiently |acceptably |quite )?(?!(?:usual|normal|customary|limited) (?:\w+ )?(?:interval|rate|limit|threshold|level|order|window|deadline|timeout))(?:{lexicon.DEGREES}) (?:\w+ )?«{lexicon.AMOUNTS}»(?: of time| limits?| bounds)?",
    rf"an? (?:very |relatively |fairly |reasonably |suitably |sufficiently |acceptably |quite )?(?:{lexicon.DEGREES}) «amount|number|quantity|period|duration|size|length|fraction|proportion|portion|time|while|interval|delay|wait|pause|timeout|limit|timeframe»(?: of(?: time)?)?",
    r"an? «couple|handful|bunch|lot|number|multitude|variety|plethora|wealth|fair few|range» of [a-z]+",
    r"«(?:a|the (?:first|last|next)) few|quite a (?:few|lot|while)|for a (?:bit|while|moment)|(?:after|in) (?:a|some|due) (?:while|time|course|bit|moment)|some time|before (?:too )?long(?= *[.,;)]|\s*\Z)|in (?:good|due|reasonable|short|next to no|no) (?:time|order)|in (?:a|an) (?:timely|prompt|expeditious|speedy|swift) (?:manner|fashion|way)|in near real time|(?:almost|nearly|virtually|practically|near) (?:immediately|instantly|instantaneously|at once)|near-?instant(?:ly|aneously)?|at (?:reasonable|regular|suitable|sensible|appropriate|short|frequent|certain) intervals|every (?:few|couple of|so many) \w+|now and again|in the near future|at short notice»",
    r"with «hardly|barely|scarcely|next to|almost|virtually|practically» (?:any|no) [a-z]+",
    r"without (?:any )?(?:too )?«undue|unnecessary|unreasonable|noticeable|excessive|appreciable|needless|perceptible|unwarranted|much|significant|major|substantial|considerable|inordinate|untoward|great» [a-z]+",
    r"without «delay|hesitation|ado»(?= *[.,;)]|\s*\Z)",
    r"with (?:minimal|minimum|little|low|as little|negligible|no undue|acceptable|tolerable|no noticeable|no perceptible|the least(?: possible)?) «delay|latency|lag|waiting|downtime|overhead|memory|footprint|resource usage|interruption|loss|impact»(?: as possible)?",
    r"as (?!far |much |long |well |good )(?:\w+ )?\w+(?: \w+)? as (?:is |are )?(?:reasonably |humanly |technically |practically )?«possible|practicable|practical|feasible|achievable|necessary|it can|they can|can be(?: managed)?|one can»",
    r"«about|around|some|circa|roughly|approximately|nearly|almost|close to|in the (?:region|order|neighbou?rhood|vicinity) of|somewhere (?:around|between)» \d[\d.,]*|\d+(?: \w+)? or «so»|or «thereabouts»|«give» or take",
    r"(?:not|no) «too|overly|excessively|unduly|very|unreasonably» (?:long|many|much|often|large|slow|big|few|frequent|late)(?:ly)?(?: \w+)?|«too» (?:long|many|much|often|large|slow|big|few|late)(?= *[.,;)]|\s*\Z)|(?:long|short|large|small|fast|quick|often|big|high|low) «enough»(?! to| that| \()(?= *[.,;)]|\s*\Z)",
)
"""Words in the place of a number."""

_BLANK_FORM = (
    r"(?:value|number|limit|figure|unit|amount|placeholder|details?|name|text|threshold)"
    r"\s+(?:here|needed|missing|pending|to\s+come|goes\s+here)"
)
MARKERS = (
    Phrase(
        rf"(?<![\w/])(?:{'|'.join(lexicon.PLACEHOLDERS)})(?!\w|/|-|\s+(?:placeholders?|comments?|markers?|tags?|stubs?|"
        r"annotations?|lists?|items?|purpose)\b)",
        frozenset(word.lower() for word in lexicon.PLACEHOLDERS),
    ),
    Phrase(r"(?<![\w?])\?{2,}|(?<!\w)_{4,}(?!\w)", frozenset({"??", "__"})),
    Phrase(
        r"[<\[{]{1,2}\s*(?:(?:please\s+)?(?:insert|fill|enter|specify|choose|decide|define)\b[^>\]}\n\0]{0,40}|"
        rf"{_BLANK_FORM}|value|number|limit|figure|unit|amount|placeholder|unknown|to\s+be\s+[a-z]+|missing|pending|n/a|\?+|"
        r"\.\.\.|…)\s*[>\]}]{1,2}",
        frozenset({"<", "[", "{"}),
    ),
    Phrase(rf"\(\s*(?:{_BLANK_FORM}|to\s+be\s+[a-z]+|\?+|insert\s+\w+(?:\s+\w+)?)\s*\)", frozenset({"("})),
)
"""A mark of something still to be written: a word of a list in any case of letters, question marks, a blank form."""

AND_OR = phrases(
    r"and ?/ ?«or»|or ?/ ?«and»|and ?\(«or»\)|or ?\(«and»\)|and «or»|either or «both»|(?:one )?or «both» of (?:the|them)|(?:either|one|any|some) or «all|both»(?: of (?:the|them|these|those|its))?|(?:and|or) «alternatively|conversely|maybe|perhaps|possibly|optionally|respectively»,? (?=or\b|and\b)|(?:(?:and|or) «or|and»|(?:and|or), ?«or|and»|(?:and|or)(?:or|and))(?=,| (?:a|an|the|in|on|by|for|to|as|with|at|from|before|after|[a-z]+)\b)|«and» ?& ?or|&/«or»|«or» ?& ?and|«and»\s*[–-]\s*or\b|or any «combination»(?: (?:thereof|of (?:them|these|those|the \w+)))?|and ?\| ?«or»",
)
_PAIR = "read/write|client/server|on/off|true/false|yes/no|i/o|n/a|w/o|pass/fail|input/output|copy/paste|km/h|try/catch|getter/setter|allow/deny|valid/invalid|date/time|time/date|from/to|leading/trailing|present/absent|request/response|key/value|light/dark|up/down|left/right|min/max|get/set|push/pull|name/value|commit/rollback|producer/consumer|parent/child|publish/subscribe|and/or|or/and"
OBLIQUE = (
    Phrase(
        rf"(?-i:(?<![\w/.\-@\0*{{<(|])(?!(?:{_PAIR})(?!\w))(?:[a-z]{{3,}}/[a-z]{{3,}}|[A-Z][A-Za-z]+/[A-Z][A-Za-z]+|"
        r"[a-z]{3,}\s+/\s+(?:(?:an?|the|its|their)\s+)?[a-z]{3,}(?!\s+/))(?![\w/\-@\0*}>|]|\.\w)|"
        r"(?<=[a-z])\((?:e?s)\)(?!\w)|(?<![\w(])\((?:re|un|in|de|dis|non|sub|multi|auto|pre|co)-?\)[a-z]{3,}|"
        r"\b(?:his\s?/\s?her|he\s?/\s?she|s/he|him\s?/\s?her)\b)",
        frozenset({"/", "("}),
    ),
)
"""Two words with a stroke between them, or a plural in brackets."""
