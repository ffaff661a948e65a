"""Phrases that say that something is still to be written: what is undecided, and what is put off."""

from geoflow.quality import lexicon
from geoflow.quality.phrases import phrases

LATER = r"(?:later|afterwards|(?:at|in|by|with|for|during) (?:a|an|the|some|one of the|another|our) (?:\w+ )?(?:later|future|next|subsequent|coming|follow-up|following|upcoming|separate|other|another|forthcoming) ?(?:\w+ )?(?:version|release|revision|document|date|stage|time|point|iteration|phase|sprint|edition|update|change|meeting|discussion|draft|spec|specification)?|in due course|in (?:the )?future|in (?:the )?(?:\w+ )?(?:future|coming) \w+|separately|elsewhere|down the (?:road|line)|at some point|soon|as (?:we|work|the project|the design) \w+|when(?:ever)? (?:known|available|ready|the time comes)|once (?:known|available|agreed|\w+ (?:is|are|has|have) \w+)|during (?:design|implementation|development|detailed design))"
_STILL = r"(?:is|are|remains?|was|were|being|still|yet|currently|has|have|it is|which is|we are)"
# What waits for the next run, day or request is said of the thing itself; only people wait for a release.
_NEXT = (
    r"the next (?:\w+ )?(?:versions?|releases?|revisions?|iterations?|phase|sprint|milestone|edition|meeting|workshop|draft|"
    r"document|spec|specification|proposal|change|team|quarter)\b"
)
UNDECIDED = phrases(
    r"made up (?:its|their|our|his|her) «minds?»|(?:nobody|no one|no-one) (?:has |have |yet )*«knows?|decided|agreed|defined|specified|settled|determined|chosen|fixed»(?: (?:on|upon|it|yet|so far))*",
    rf"(?:is |are |still |yet |remains? |value |limit )*(?:yet )?to be (?:further |fully |later |mutually |properly )?«{lexicon.DECIDED}»(?! by\b(?! (?:the |our |a )?(?:\w+ )?(?:team|business|customers?|client|stakeholders?|owners?|product|management|vendor|architects?|project|committee|board|department)\b)| from\b| via\b| at\b| in (?:the )?[\0]| as\b| with\b| when\b| to\b| on\b)(?: (?:{LATER}|jointly|with \w+))?",
    r"(?:is|are|remains?) «still» to (?:come|follow)",
    rf"(?:will|shall|would|can|may|is going to|are going to) (?:only |probably |likely |then )?(?:be |get )(?:\w+ly )?«{lexicon.DECIDED}» (?:{LATER})",
    rf"(?:{_STILL} )+(?:under|up for|open (?:for|to)|subject to|being|awaiting|pending|a matter of|the subject of) ?(?:active |further |ongoing |internal |some )?«discussion|review|consideration|negotiation|investigation|debate|discussed|decided|debated|determined|negotiated|evaluated|investigated|worked out|worked on|clarification|evaluation|study»",
    rf"(?:(?:has|have|is|are|was) )?(?:not|n't) (?:yet )?(?:been )?(?:fully |finally |completely )?«{lexicon.DECIDED}|clear|final|known»(?: yet)(?! (?:by|to)\b)",
    rf"(?:has|have|is|are) (?:not yet|yet to be) (?:been )?«{lexicon.DECIDED}|known|clear|final|available»(?! (?:by|to)\b)",
    rf"(?:{_STILL} )*(?:an )?open «question|issue|point|item»(?=\s*[.,;)]|\s*\Z)|(?:{_STILL} )+«undecided|undetermined|unresolved|unsettled|up in the air|open for debate|anyone's guess|unclear|to be seen|a placeholder»(?=\s*[.,;)]|\s*\Z)",
    r"«pending» (?:an? |the |final |further |formal )?(?:decision|agreement|clarification|discussion|negotiation|analysis|investigation|input|feedback|confirmation)(?: (?:from|by|of|with|on)(?: the)? [\w-]+)?",
    r"(?:needs?|requires?|awaits?|awaiting|subject to) (?:some |a |an |the )?(?:further|more|additional|later|future|final) «discussion|clarification|analysis|investigation|thought|work|refinement|agreement|confirmation|elaboration|definition|detail|input|study|decision»",
    r"(?:further )?«details?|specifics|particulars|more information|the rest|values?|figures?» (?:(?:are |is )?(?:still )?to (?:follow|come)|will follow|follow later|forthcoming|(?:are|is) (?:pending|outstanding|missing|still missing|forthcoming))|to «follow»(?=\s*[.,;)]|\s*\Z)",
    rf"«deferred|postponed|left|put off|parked|shelved» (?:for|to|until|till) (?:now|later|the future|future|an?(?:other)? (?:later |future |subsequent |separate )?(?:version|release|time|date|discussion|meeting|iteration)|further notice|{_NEXT}|discussion|implementation|the implementer)",
    r"(?:we|someone|somebody|the team|the (?:product )?owner|the architects?|the stakeholders?|product|management) (?:still |yet )?(?:will|needs?|must|have|has|should)(?: still)?(?: to)? «decide|agree|define|clarify|figure|determine|specify|confirm|work out|settle|discuss|choose|find out|think»(?: \w+)*?(?=\s*[.,;)]|\s*\Z)",
    r"«until further notice|work in progress|as yet (?:undefined|undecided|unspecified|undetermined|unknown)|yet (?:undefined|undecided|unspecified)|(?:has|have) yet to (?:be )?\w+|no decision (?:has been|was|is) (?:made|taken)(?: yet)?|insert (?:\w+ )?(?:value|text|number|name|limit|figure)s? here|fill (?:this |me )?in(?: later)?|lorem ipsum|to be continued»",
)
"""Prose that says that something is still to be written."""

_THING = (
    r"values?|limits?|formats?|lists?|wording|names?|numbers?|details?|thresholds?|defaults?|figures?|behaviou?rs?|orders?|"
    r"rules?|scope|approach|design|mechanisms?|policy|policies|questions?|choices?|decisions?|answers?|timeouts?|sizes?|"
    r"durations?|intervals?|semantics|meaning|schemas?|units?|syntax|algorithms?|strategy|deadlines?|requirements?|"
    r"criterion|criteria|specifics|particulars|fields?|codes?|layout|structure|contents?|texts?|messages?|colou?rs?|rest|"
    r"remainder|parts?|points?|matters?|issues?|topics?|exact|precise|final|concrete|this|it|these|those|how|what|"
    r"which|whether|who|when|where|roles?|columns?|labels?|tone|budget|retention|frequency|procedure|process|protocol"
)
_STATE = (
    "undecided|unclear|unsettled|unresolved|uncertain|undetermined|unspecified|undefined|unconfirmed|unagreed|"
    "tentative|provisional|preliminary|negotiable|debatable|disputed|contentious|controversial|in flux|in the air|"
    "up in the air|up for grabs|up for debate|up for discussion|anyone's guess|a guess|guesswork|"
    "unfinished|in preparation|in the works|in draft|a draft|a first draft|a placeholder|a stopgap|a sketch|a stub|"
    "a moving target|subject to change|liable to change|open to change|likely to change|not final|a work in progress|"
    "in doubt|in dispute|in question|speculative|hypothetical|an assumption|a working assumption|a strawman|"
    "to come|to follow|not there yet|not ready|a rough idea|immature|moot|"
    "a best guess|an estimate|a rough estimate|being worked on|being worked out|being discussed|being decided"
)
_MULLED = (
    "decided|agreed|agreed on|agreed upon|clarified|discussed|settled|finali[sz]ed|worked out|fleshed out|negotiated|"
    "hammered out|ironed out|figured out|elaborated|revisited|firmed up|pinned down|nailed down|sorted out|thrashed out|"
    "thought through|thought about|filled in|looked into|investigated|researched|debated|determined|defined|specified|"
    "confirmed|chosen|fixed|detailed|spelled out|spelt out|written|written down|answered|found out|researched|explored|"
    "refined|completed|documented|described|elaborated on|resolved|reviewed|evaluated|picked|selected|listed|drawn up|named|"
    "quantified|set|stated|addressed|examined|established|formali[sz]ed|measured|supplied|provided|added|approved|signed off"
)
_WAITING = "open|pending|outstanding|missing|unknown|incomplete|on hold|interim|temporary|blank|unavailable"
"""What the thing that is spoken of may be too; with "still" it is what is said here."""
_SETTLED = (
    "decided|agreed|agreed on|agreed upon|clarified|discussed|settled|finali[sz]ed|worked out|fleshed out|negotiated|"
    "hammered out|ironed out|figured out|elaborated|revisited|firmed up|pinned down|nailed down|sorted out|thrashed out|"
    "thought through|thought about|filled in|looked into|investigated|researched|debated|spelled out|spelt out|found out"
)
_MULL = (
    "decide|agree|clarify|discuss|settle|finali[sz]e|work out|flesh out|negotiate|hammer out|iron out|figure out|elaborate|"
    "revisit|firm up|pin down|nail down|sort out|think|fill in|look into|investigate|research|debate|determine|define|"
    "specify|confirm|choose|detail|spell out|find out|explore|refine|complete|resolve|evaluate|pick|draw up|quantify|"
    "come back|return to|get back|make up|ask|check with|consult|talk to|hear|learn|know|understand|write|reconsider|weigh"
)
_WHO = (
    r"we|i|someone|somebody|(?:the |our |its |your )?(?:\w+ )?(?:team|owners?|architects?|stakeholders?|product|management|business|customers?|"
    r"clients?|committee|board|vendor|lawyers?|legal|designers?|maintainers?|sponsor|department|experts?|group)"
)
_TALK = (
    "decisions?|agreement|clarification|discussions?|negotiations?|analysis|investigations?|inputs?|feedback|confirmation|"
    "elaboration|definition|study|consensus|thought|thinking|refinement|research|answers?|reply|replies|sign-off|workshop|"
    "votes?|verdict|measurements?|spike|prototype|debate|consultation|conversation|word from|approval from|outcome|results? of"
)
_OFF = r"(?=\s*(?:[.,;:)!]|\Z)|\s+(?:at|for|until|till|so|pending|and|but|as|by|once|when|with|whether|how|which|what|among|in|to)\b)"
ASIDE = phrases(
    rf"(?:{_THING})(?: [\w'\0-]+){{0,8}}? (?:is|are|was|were|remains?|stays?|seems?|look|looks)(?: still| as yet| yet| currently| so far| for now| left| very much| \w+ly)* «{_STATE}»{_OFF}",
    rf"(?:is|are|was|were|remains?|stays?)(?: still| as yet| currently| so far| left| very much)+ «{_STATE}|{_WAITING}»{_OFF}",
    rf"(?:to be|yet to be|needs? to be|has to be|have to be|remains? to be|remaining to be|ought to be|must (?:still |yet |first )*be|should (?:still |yet |first )*be|still be|will (?:\w+ )?be|shall (?:\w+ )?be|going to be|gets?|needs?)(?: \w+ly| still| first| then| further| jointly)? «{_SETTLED}»(?= (?:{LATER}|with|by (?:the |our |a )?(?:\w+ )?(?:team|owners?|business|customers?|stakeholders?)|before|once|after|during|at|in|on|upon|when|further|soon|jointly|together|first|yet|separately|as)\b|\s*[.;:)]|\s*\Z)",
    rf"(?:to be|yet to be|needs? to be|has to be|have to be|remains? to be|remaining to be|ought to be|must (?:still |yet |first )*be|should (?:still |yet |first )*be|still be|will (?:\w+ )?be|shall (?:\w+ )?be|going to be)(?: \w+ly| still| first| then| further| jointly)? «{_MULLED}»(?= (?:{LATER}|by (?:the |our |a )?(?:\w+ )?(?:team|owners?|business|customers?|stakeholders?)|later|soon|jointly|first|yet|separately|further)\b)",
    rf"(?:not|n't|never|nobody|no one|hardly) (?:yet |been |quite |fully |finally |entirely |completely |really |properly |really )*«{_MULLED}|clear|final|known|complete|certain|sure|stable|ready»(?: yet| so far| to date| at this point| at the moment)?{_OFF}",
    rf"(?:{_WHO}) (?:\w+ )?(?:will|shall|needs?|must|have|has|should|want|wants|are going|is going|plans?|intends?|hopes?|would like|expects?|can|may|might|ought)(?: still| yet| not| only| later| first| probably| then)*(?: to)?(?: still| yet| first| later)? «{_MULL}»",
    rf"«let us|let's|please|remember to|don't forget to|do not forget to» (?:\w+ )?(?:{_MULL})",
    rf"(?:{_WHO}) «assume|guess|suppose|suspect|believe|think|do not know|don't know|have no idea|are not sure|is not sure|cannot say|can't say|are unsure|are undecided|disagree|are still|is still»",
    r"(?:not sure|unsure|unclear|no idea|undecided|uncertain|unknown|open|not clear|not known|not certain|remains to be seen|who knows|question is|question of|issue of|matter of|decide|deciding|clarify|determine|agree on)(?: yet| still| here| as to)* «whether|how|what|which|if|when|who|where|why»",
    rf"(?<!not.)(?:needs?|needed|requires?|awaits?|awaiting|await|waits? for|waiting for|waits? on|waiting on|depends? on|hinges? on|subject to|pending|lacks?|deserves?|calls? for|merits|wants|warrants)(?: (?:some|a|an|the|any|our|further|more|additional|later|future|final|deeper|closer|proper|another|explicit|formal|joint|their|his|her|\w+'s))* «{_TALK}»",
    rf"«no|any|without» (?:(?:final|clear|firm|formal|definite|binding|real|common|an?) )?(?:decision|agreement|consensus|choice|conclusion|answer|verdict|word|resolution|definition)(?: (?:has|was|is|on|about|yet|exists|so|could|regarding|as)\b|{_OFF})",
    r"«more|further|additional|fuller|exact|precise|concrete|remaining|finer|full|complete|final» (?:\w+ )?(?:details?|information|on this|on that|on it|about this|explanation|guidance|rules?|words?|specifics|particulars|figures?|values?|numbers?|wording|description|definition|text|list) (?:(?:is|are|will be|shall be|to be|will|shall|still) )*(?:to (?:come|follow|be)|comes?|follows?|later|soon|pending|shortly|tb[dac]|expected|promised|forthcoming|outstanding|missing|added|provided|supplied|given|published|available|in (?:a|the) (?:later|next|future))",
    r"«more|further|rest|remainder|details?|specifics|particulars|values?|numbers?|figures?|limits?|list|wording|text» (?:of (?:this|it|the \w+) )?(?:(?:will|shall|is|are|may|can|should|to) )?(?:(?:be )?(?:only |then )?)?(?:follows?|to follow|come|comes|to come|later|soon|pending|shortly|in due course|tb[dac]|forthcoming|outstanding|be (?:added|provided|supplied|given|published|available|announced|communicated|shared)(?: \w+)*)(?=\s*[.,;)]|\s*\Z)|«more» (?:on|about) (?:this|that|it|these|the \w+)",
    rf"(?:once|until|till|when|after|as soon as|before|unless|if)(?: the| a| our| all| there)?(?: (?:we|team|design|requirements?|decision|discussion|review|customers?|owners?|vendor|stakeholders?|investigation|research|prototype|spike|measurements?|numbers|details|business|product|legal|approach|api|analysis|experience|feedback|questions?|scope|it|this|that|more|everyone|all)){{1,2}} (?:is|are|has|have|was|were|been|get|gets|knows?|had)(?: been| fully| finally| all| an?| more)* «{_MULLED}|known|clear|final|ready|done|finished|available|stable|mature|time|experience|learned|spoken|responded|replied|met|concluded|closed»(?=\s*[.,;)]|\s*\Z)",
    r"«until further notice|for the time being|for the moment|for now|for the present|as it stands|as things stand|until then|in the interim|to begin with|at the time of writing|as of (?:now|today|this writing)|so far|to date|not before|in the first instance|provisionally|tentatively|temporarily|as a stopgap|as a placeholder|by way of assumption|at present»(?=\s*[.,;)]|\s*\Z)|«provisionally|tentatively», ",
    rf"(?:{_THING})(?: [\w'\0-]+){{0,6}}? (?:may|might|could|can|will|is likely to|are likely to|is expected to|are expected to|is bound to)(?: still| yet| well| later| probably| also| possibly)* «(?:change|evolve|vary|shift|move|differ|be (?:changed|revised|adjusted|refined|extended|replaced|tuned|reconsidered|revisited|amended|updated|tweaked))»{_OFF}",
    rf"«left|leave|leaves|leaving|deferred|defer|defers|postponed|postpone|parked|shelved|reserved|kept|put off|pushed|delayed|punted|moved|relegated|delegated|up» (?:(?:it|this|that|open|blank|unspecified|undefined|out|back|entirely|\w+ly) )*(?:open|blank|unspecified|undefined|(?:for|to|until|till) (?:now|later|(?:the (?:\w+ )?(?:future|implementers?|implementation|developers?|reader|designers?|design|team|programmers?|coders?)|{_NEXT})|future \w+|an?(?:other)? \w+(?: \w+)?|further notice|discussion|whoever \w+|each implementation|someone \w+|others|us))(?=\s*[.,;)]|\s*\Z)",
    r"(?:in|at|by|with|for|during|until|till|to) (?:a|an|the|some|one of the|another|our|its) (?:\w+ )?(?:later|future|next|subsequent|coming|follow-up|following|upcoming|separate|other|another|forthcoming|second) (?:\w+ )?«version|release|revision|date|stage|time|point|iteration|phase|sprint|edition|update|meeting|draft|round|document|spec|specification|proposal|ticket|issue|discussion»(?=\s*[.,;)]|\s*\Z)|«in due course|down the road|down the line|at some point|in (?:the )?(?:\w+ )?future|one day|some day|someday|sooner or later|in time|later on|another time|some other time|not now|not yet»(?=\s*[.,;)]|\s*\Z)",
    r"«open|unanswered|unresolved|outstanding» (?:questions?|issues?|points?|items?|matters?|topics?)|«question|questions|open point|note to self|reminder|to-do|to do»: ",
    r"(?:this|the above|what follows|it|that|the (?:text|section|list|table|value|figure|number|limit) (?:above|below|here))(?: is| are)?(?: just| only| merely| still| really)* «a placeholder|a stub|a sketch|a draft|a first draft|a stopgap|a strawman|a straw man|a rough idea|an outline|a starting point|a first guess|a guess|a proposal|a suggestion|an example value|an idea|an assumption|a wish»",
    r"(?:a|the|some|future|later|subsequent|upcoming|another|separate|follow-up|next)(?: \w+)? «version|versions|release|releases|revision|change|iteration|document|spec|update|proposal|ticket|issue|discussion|meeting|workshop|design|story» (?:will|shall|would|should|is to|can|may|might|is going to|needs to|has to|must) (?:\w+ )?(?:decide|define|specify|clarify|settle|add|describe|detail|cover|determine|fix|state|set|address|resolve|say|tell|list|name|answer|bring|provide|refine|introduce|document|explain|fill|supply|show)",
    r"«suggestions|opinions|ideas|views|proposals|input|feedback|comments|thoughts»(?: (?:on|about) [\w ]{2,40}?)? (?:are |is )?(?:welcome|differ|diverge|vary|wanted|appreciated|needed|invited|split|divided)",
)
"""The same in a sentence that obliges to nothing: nothing else is said there, so that less is needed to tell."""
