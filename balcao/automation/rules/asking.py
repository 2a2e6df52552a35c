"""Whether somebody asks where their order is, and nothing else: words of our three languages, each rule to be read.

Better to miss a question than to answer another one: whoever wants anything changed, paid back or mended is not
answered from here, whatever else they ask.
"""

import re

from balcao.kit.searchtext import fold

_LONGEST = 1500  # characters; a longer letter holds more than one question
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "´": "'"})

_THING = r"(?:orders?|packages?|parcels?|delivery|deliveries|shipments?|purchase|products?|items?|stuff|goods)"
_COISA = r"(?:pedidos?|encomendas?|entregas?|compras?|pacotes?|produtos?|mercadorias?|caixas?|remessa)"
_SEY = r"(?:siparis|kargo|paket|urun|teslimat|gonderi|koli)[a-z]*"

_QUESTIONS = [
    # English
    rf"\bwhere(?:'s| is| are|s)?(?: (?:is|are|on earth is|the hell is))? (?:my|the|our|this|that)\b.{{0,30}}?\b{_THING}\b",
    rf"\bwhere'?s? (?:is )?(?:it|{_THING})\b",
    rf"\b{_THING} is where\b|\bwhereabouts of\b.{{0,20}}\b{_THING}\b",
    r"\bwhen\b.{0,20}\b(?:will|is|are|does|do|can|should|would)\b.{0,40}\b(?:arriv\w*|deliver\w*|get here|come|coming|ship|shipped|reach me|rec[ei]+ve|show up|expect|get (?:my|the|it))",
    rf"\b(?:track|tracking|trace)\b.{{0,25}}\b(?:{_THING}|number|code|link|info|details|id)\b|\b{_THING}\b.{{0,15}}\btracking\b",
    rf"\bstatus\b.{{0,20}}\b{_THING}\b|\b{_THING}\b.{{0,20}}\bstatus\b",
    r"\b(?:have not|haven't|havent|has not|hasn't|hasnt|did not|didn't|didnt|never|not yet|still not|not)\b.{0,12}\b(?:received?|got|gotten|arrived?|come|shown up|been delivered|been shipped|shipped|left)\b",
    rf"\b(?:has|did|is|was)\b.{{0,10}}\b(?:my|the|our)\b.{{0,15}}\b{_THING}\b.{{0,15}}\b(?:shipped|sent|left|on its way|on the way|delayed|late|lost|dispatched|out for delivery)\b",
    rf"\b(?:has|have|did|is|was|were|been)\b.{{0,10}}\b(?:my|the|our)\b.{{0,15}}\b{_THING}\b.{{0,15}}\b(?:delivered|arrived?|here|ship|brought|come|coming|reached)\b",
    rf"\b(?:what'?s|what is|how'?s|how is|what about)\b.{{0,20}}\b(?:my|our)\b.{{0,10}}\b{_THING}\b",
    rf"\b(?:find|locate|progress of|monitor)\b.{{0,6}}\b(?:my|our)\b.{{0,20}}\b{_THING}\b|\b{_THING}\b.{{0,12}}\bprogress\b",
    rf"\b(?:news|updates?|update me|word)\b (?:on|about|of|regarding)\b.{{0,20}}\b{_THING}\b",
    rf"\b{_THING}\b.{{0,20}}\b(?:is|are|was|seems|running)\b.{{0,12}}\b(?:late|delayed|overdue|stuck|lost|missing)\b",
    rf"\b(?:waiting|wait)\b.{{0,12}}\b(?:for|on)\b.{{0,20}}\b{_THING}\b",
    # Portuguese, folded
    rf"\b(?:cade|kd|onde|aonde)\b.{{0,25}}\b{_COISA}\b|\b{_COISA}\b.{{0,25}}\b(?:cade|onde (?:esta|anda|ta|foi|se encontra))\b",
    r"\b(?:quando|que dia|quanto tempo|previsao|prazo)\b.{0,50}\b(?:cheg|entreg|receb|sai\b|envia|posta|despach)",
    r"\b(?:nao|nunca|nem)\b.{0,15}\b(?:chegou|chegaram|recebi|recebemos|foi entregue|foi enviad|saiu|foi postad|entregaram|enviaram)",
    rf"\b(?:rastre\w+|status|andamento|situacao|posicao|acompanhar|localizar)\b.{{0,25}}\b(?:{_COISA}|codigo|objeto)\b",
    rf"\b(?:codigo|link|numero) (?:de|do|para) (?:rastre\w+|acompanha\w+)|\b{_COISA}\b.{{0,20}}\brastre",
    rf"\b{_COISA}\b.{{0,30}}\b(?:atras|demor|parad[oa]|extravi|sumi|perdid)",
    rf"\b(?:novidades?|noticias?|atualizacao|retorno|informac\w+)\b.{{0,8}}\b(?:sobre|do|da|dos|das|de)\b.{{0,15}}\b{_COISA}\b",
    rf"\b(?:esper\w+|aguard\w+)\b.{{0,20}}\b{_COISA}\b|\b{_COISA}\b.{{0,10}}\bja (?:saiu|foi|chegou)",
    # Turkish, folded
    rf"\b{_SEY}\b.{{0,35}}\b(?:nerede\w*|nerde\w*|ne durumda|hani|ne zaman|ne asamada|takip|durumu?|gecik\w*|kayip|kaybol\w*)\b",
    rf"\b(?:nerede|nerde|hani|ne zaman|takip)\b.{{0,35}}\b(?:{_SEY}|gel\w+|ulas\w+|teslim)\b",
    rf"\b{_SEY}\b.{{0,35}}\b(?:gelmedi|ulasmadi|almadim|alamadim|gecmedi|cikmadi|verilmedi|gonderilmedi|teslim edilmedi|yola cikti mi|cikti mi|verildi mi|gelmiyor)\b",
    r"\b(?:hala|henuz|halen)\b.{0,40}\b(?:gelmedi|ulasmadi|almadim|alamadim|gecmedi|verilmedi|bekliyor\w*)\b",
    rf"\b(?:takip|gonderi|kargo) (?:numara|kod|no|link)\w*|\b{_SEY}\b.{{0,12}}\bbekliyor\w*",
]
_OTHER_MATTERS = [
    # English
    r"\bcancel\w*|\brefund\w*|\bmoney back\b|\breimburs\w*|\bcharge ?back\b|\bdispute\b",
    r"\b(?:to|want|can i|how do i|i will|i'd like to) (?:to )?return\b|\breturn (?:it|them|this|these|label|policy)\b|\bsend\w* (?:it |them )?back\b",
    r"\bexchang\w*|\bswap\b|\breplac\w*|\bchang(?:e|ing)\b|\bwrong (?:address|item|size|colou?r|product|one)\b|\b(?:different|new|another) address\b",
    r"\bbroken\b|\bdamag\w*|\bcrack\w*|\btorn\b|\bstain\w*|\bdefect\w*|\bfaulty\b|\bmissing (?:an? |one |two )?(?:item|piece|part|lid)\w*|\barrived (?:but|without|with)\b",
    r"\binvoice\b|\bbill\b|\breceipt\b|\bvat\b|\bwholesale\b|\bdiscount\b|\bcoupon\b|\bcustoms?\b|\bduty\b|\bduties\b",
    r"\bif i (?:order|buy|place)\b|\bbefore (?:i order|ordering|buying|i buy)\b|\bdo you (?:ship|deliver|send)\b|\bcan you (?:ship|deliver|send)\b|\bwhere (?:do|can) (?:you|i) (?:ship|deliver|buy|order|find)\b|\bhow (?:much|long) (?:is|does|do) (?:the )?(?:shipping|delivery)\b",
    r"\blawyer\b|\bpolice\b|\bfraud\b|\bscam\b|\bpaid twice\b|\bcharged twice\b|\bspeed up\b|\bhurry\b|\bfaster\b|\bpick it up\b|\bleave it\b",
    # Portuguese, folded
    r"\bcancel\w*|\bdesist\w*|\breembols\w*|\bestorn\w*|\bdinheiro de volta\b|\bdevolv\w*|\bdevolu\w*|\btroc(?:a|ar|o|as|ando|aram)\b",
    r"\bendereco\b|\bcep errad\w*|\b(?:mudar|alterar|corrigir|trocar)\b|\boutra (?:rua|cidade)\b|\bretirar\b",
    r"\bquebrad\w*|\bquebrou\b|\bavari\w*|\bdanific\w*|\brachad\w*|\btrincad\w*|\bmanchad\w*|\bdefeit\w*|\berrad[oa]s?\b|\bfaltando\b|\bfaltou\b|\bveio (?:sem|com)\b",
    r"\bnota fiscal\b|\bnf-?e?\b|\bboleto\b|\bsegunda via\b|\bcupom\b|\bdesconto\b|\batacado\b|\balfandeg\w*|\btaxa de importacao\b",
    r"\bse eu (?:comprar|pedir)\b|\bantes de (?:comprar|pedir)\b|\bvoces (?:entregam|enviam|mandam|atendem)\b|\bquanto (?:fica|custa|e) o frete\b|\bqual (?:o )?(?:valor do )?frete\b",
    r"\bprocon\b|\badvogad\w*|\breclame aqui\b|\bgolpe\b|\bfraude\b|\bduas vezes\b|\bcobrad[oa]\b|\badiantar\b|\bapressar\b",
    # Turkish, folded
    r"\biptal\w*|\biade\w*|\bpara(?:mi|nin)? geri\b|\bdegis\w*|\bcayma\b",
    r"\badres\w*|\bduzelt\w*|\bkapida\b|\bkomsu\w*|\bsube\w*den al",
    r"\bkirik\w*|\bkirilmis\w*|\bhasar\w*|\bcatlak\w*|\blekeli\b|\byirtik\b|\bbozuk\w*|\bdefolu\b|\byanlis\w*|\beksik\w*",
    r"\bfatura\w*|\bindirim\w*|\bkupon\w*|\btoptan\w*|\bgumruk\w*|\btaksit\w*",
    r"\bsiparis (?:versem|verirsem|vermek|verecek)\w*|\balirsam\b|\balmak istiyor\w*|\bgonderiyor musunuz\b|\bgonderim yapiyor\b|\bkargo ucreti\b",
    r"\bhakem heyeti\b|\bavukat\w*|\bsikayet\w*|\bdolandir\w*|\biki kez\b|\biki kere\b|\bhizlandir\w*",
]
_ANSWERED = re.compile(r"\s*(?:re|res|r|ynt|yan|fw|fwd|enc|i̇lt|ilt)\s*:", re.IGNORECASE)
_ASKS = [re.compile(pattern) for pattern in _QUESTIONS]
_WANTS_MORE = [re.compile(pattern) for pattern in _OTHER_MATTERS]


def asks_where(text: str, *, subject: str = "") -> bool:
    """Tell whether a message asks where an order is and nothing else that we would have to do something about."""
    if len(text) > _LONGEST:
        return False
    subject = "" if _ANSWERED.match(subject) else subject  # that of another letter
    words = " ".join(fold(f"{subject} . {text}".translate(_APOSTROPHES)).split())
    return any(one.search(words) for one in _ASKS) and not any(one.search(words) for one in _WANTS_MORE)
