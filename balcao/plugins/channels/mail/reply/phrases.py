"""The facts: what mail programs write around quoted mails, by language.

All phrases are matched against folded text (`lines.fold`): lower case, accents gone, Turkish dotless i as i. They may be
written here with their accents. Single words in `WROTE` and friends are matched as whole words, save for Chinese, Japanese
and Korean. To support another language, add its row to each table and a mail to the tests.
"""

# The last words (or a word in the middle) of "On Monday Ana wrote:".
WROTE: dict[str, tuple[str, ...]] = {
    "cs": ("napsal", "napsala", "napsal(a)", "napsal/a", "napsali"),
    "da": ("skrev",),
    "de": ("schrieb", "geschrieben", "hat geschrieben", "schrieben"),
    "el": ("έγραψε",),
    "en": ("wrote", "writes", "sent", "has written"),
    "es": ("escribió", "escribio", "ha escrito"),
    "fi": ("kirjoitti",),
    "fr": ("a écrit", "a ecrit", "écrit"),
    "hu": ("írta", "ezt írta", "következőt írta"),
    "it": ("ha scritto", "scrive", "scrisse"),
    "ja": ("のメール", "書きました", "は書きました", "のメッセージ"),
    "ko": ("작성", "님이 작성", "썼습니다", "님이 쓴"),
    "nl": ("schreef", "het volgende geschreven", "geschreven", "heeft geschreven"),
    "no": ("skrev",),
    "pl": ("napisał", "napisała", "napisał(a)", "napisał/a", "pisze", "napisal(a)"),
    "pt": ("escreveu", "escreveu o seguinte", "escreveram"),
    "ro": ("a scris",),
    "ru": ("написал", "написала", "написал(а)", "пишет", "писал", "писал(а)"),
    "sv": ("skrev",),
    "tr": (
        "yazdı", "yazmış", "şunu yazdı", "şunları yazdı", "şöyle yazdı", "yazdı ki", "yazmıştır", "şunu yazmış", "gönderdi",
    ),
    "uk": ("написав", "написала", "пише"),
    "zh": ("写道", "寫道", "写到", "寫到", "来信", "撰写"),
}  # fmt: skip

# The first words of an attribution. Together with a date they start one.
OPENERS: dict[str, tuple[str, ...]] = {
    "cs": ("dne", "v", "ve"),
    "da": ("den", "på"),
    "de": ("am", "auf"),
    "el": ("στις",),
    "en": ("on", "at", "date", "in reply to", "in a message dated", "el"),
    "es": ("el", "en"),
    "fi": ("",),
    "fr": ("le", "en date de", "en date du", "date"),
    "hu": ("",),
    "it": ("il", "il giorno", "in data", "alle"),
    "nl": ("op",),
    "no": ("den", "på"),
    "pl": ("dnia", "w dniu", "wiadomość napisana przez"),
    "pt": ("em", "no dia", "na", "no", "aos", "a", "data"),
    "ro": ("în", "pe", "la"),
    "ru": ("в",),
    "sv": ("den", "på"),
    "tr": ("tarih",),
    "zh": ("在", "于"),
}

# "Quoting Ana <ana@example.com>:" (Horde and its kin): no date, but always an address.
QUOTING = ("quoting", "citando", "zitat von", "quoting von", "citation de", "citation par", "cytowanie", "citerar", "citat fra", "citando a", "citaat van", "alıntı yapılan", "quoted from")  # fmt: skip

# Small words that stand between date, name and verb. In lower case they are no sign of a sentence.
SMALL = frozenset(
    "a à às as ao aos at o os on of the and e em de da do das dos del di du la le les el los en und von vom van der den het um uhr kl klo "
    "il alle ore h hs hrs gmt utc est edt pst pdt cet cest brt brst trt msk am pm a.m p.m a.m. p.m. am. pm. no na dia no dia lo los las "
    "via s à(s) a(s) tarihinde tarihi tarihli saat saatinde günü şunu şunları şöyle şu ki gün pe la zi ore op om te dne v ve hodin "
    "w dniu dnia o godz godz. użytkownik uživatel пользователь г г. в от th st nd rd er dated message reply to in from le jour à 上午 下午 "
    "horas hora heures óra órakor keltezéssel időpontban időpont przez wiadomość napisana odesílatel mailto schrieb skrev scrisse data date tarih per par by für "
    "ta te de da ta' te' de' da' ya ye e' a' i ı seg ter qua qui sex sáb dom feira segunda terça quarta quinta sexta sábado domingo".split()
)

# The months' stems, longest first where one begins another; folded.
MONTHS: dict[str, str] = {
    "cs": "ledn|unor|brez|dubn|kvet|cerv|srpn|zari|rijn|listopad|prosin",
    "de": "januar|februar|marz|maerz|april|mai|juni|juli|august|september|oktober|november|dezember|jan|feb|mrz|apr|jun|jul|aug|sept?|okt|nov|dez",
    "en": "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
    "es": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|se[pt]+iembre|octubre|noviembre|diciembre|ene|abr|ago|dic",
    "fi": "tammi|helmi|maalis|huhti|touko|kesa|heina|elo|syys|loka|marras|joulu",
    "fr": "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|janv|fevr?|avr|juil",
    "hu": "januar|februar|marcius|aprilis|majus|junius|julius|augusztus|szeptember|oktober|szept",
    "it": "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|gen|mag|giu|lug|sett?|ott",
    "nl": "januari|februari|maart|mei|juni|juli|augustus|oktober|mrt",
    "no": "januar|februar|mars|mai|juni|juli|desember|des|maj",
    "pl": "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrzesnia|pazdziernika|listopada|grudnia|sty|lut|kwi|cze|lip|sie|wrz|paz|lis|gru",
    "pt": "janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|fev|abr|mai|ago|set|out|dez",
    "ro": "ianuarie|februarie|martie|aprilie|iunie|iulie|septembrie|octombrie|noiembrie|decembrie|ian|iun|iul|noi",
    "ru": "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|янв|февр?|мар|апр|июн|июл|авг|сент?|окт|нояб?|дек",
    "tr": "ocak|subat|mart|nisan|mayis|haziran|temmuz|agustos|eylul|ekim|kasim|aralik|oca|sub|nis|haz|tem|agu|eyl|eki|kas|ara",
    "uk": "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня|січ|лют|бер|квіт|трав|черв|лип|серп|вер|жовт|лист|груд",
}  # fmt: skip

WEEKDAYS: dict[str, str] = {
    "cs": "pondeli|utery|streda|ctvrtek|patek|sobota|nedele|po|ut|st|ct|pa|so|ne",
    "da": "mandag|tirsdag|onsdag|torsdag|fredag|lordag|sondag|man|tirs?|ons|tors?|fre|lor|son",
    "de": "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so",
    "en": "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun",
    "es": "lunes|martes|miercoles|jueves|viernes|sabado|domingo|lun|mar|mie|jue|vie|sab|dom",
    "fi": "maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai|sunnuntai|ma|ti|ke|to|pe|la|su",
    "fr": "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mer|jeu|ven|sam|dim",
    "it": "lunedi|martedi|mercoledi|giovedi|venerdi|gio",
    "nl": "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|ma|di|wo|do|vr|za|zo",
    "pl": "poniedzialek|wtorek|sroda|czwartek|piatek|niedziela|pon|wt|sr|czw|pt|sob|niedz",
    "pt": "segunda(?:-feira)?|terca(?:-feira)?|quarta(?:-feira)?|quinta(?:-feira)?|sexta(?:-feira)?|seg|ter|qua|qui|sex|sab",
    "ro": "luni|marti|miercuri|joi|vineri|sambata|duminica|mie",
    "ru": "понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс",
    "sv": "mandag|tisdag|onsdag|torsdag|lordag|sondag|tis",
    "tr": "pazartesi|sali|carsamba|persembe|cuma|cumartesi|pazar|pzt|paz|sal|car|per|cum|cmt",
}  # fmt: skip

# The labels of the block that Outlook and others put above a quoted mail.
FROM: dict[str, tuple[str, ...]] = {
    "cs": ("od",), "da": ("fra",), "de": ("von",), "el": ("από",), "en": ("from", "sender"), "es": ("de", "desde"),
    "fi": ("lähettäjä",), "fr": ("de", "expéditeur", "emetteur"), "hu": ("feladó", "küldő"), "it": ("da", "mittente"), "ja": ("差出人", "送信者", "from"),
    "ko": ("보낸 사람", "보낸사람", "발신"), "nl": ("van", "afzender"), "no": ("fra",), "pl": ("od", "nadawca"), "pt": ("de", "remetente", "enviado por"), "ro": ("de la", "expeditor"),
    "ru": ("от", "от кого", "отправитель"), "sv": ("från", "avsändare"), "tr": ("kimden", "gönderen", "gönderici", "kimden gelen"), "uk": ("від", "від кого"),
    "zh": ("发件人", "寄件者", "寄件人", "發件人", "发送人"),
}  # fmt: skip
SENT: dict[str, tuple[str, ...]] = {
    "cs": ("odesláno", "datum", "odoslané"), "da": ("sendt", "dato"), "de": ("gesendet", "datum", "gesendet am"), "el": ("στάλθηκε", "ημερομηνία"),
    "en": ("sent", "date", "sent at", "sent on", "date sent", "received"),
    "es": ("enviado", "enviado el", "fecha", "enviada", "enviado a las"), "fi": ("lähetetty", "päivämäärä", "päiväys", "pvm"),
    "fr": ("envoyé", "envoyé le", "date", "message du", "date d'envoi", "envoyé à"), "hu": ("elküldve", "dátum", "küldve"), "it": ("inviato", "data", "inviato il", "inviata"),
    "ja": ("送信日時", "日時", "送信日", "date"), "ko": ("보낸 날짜", "날짜", "보낸날짜"), "nl": ("verzonden", "datum", "verzonden op", "verstuurd"), "no": ("sendt", "dato"),
    "pl": ("wysłano", "data", "wysłane", "wysłany"),
    "pt": ("enviado", "enviado em", "enviada em", "enviada", "enviadas", "enviados", "data", "data de envio", "data/hora", "recebido em", "data do envio", "enviado a", "enviado às"),
    "ro": ("trimis", "data", "trimisă"), "ru": ("отправлено", "дата", "послано", "отправлен"), "sv": ("skickat", "datum", "skickades", "skickad"),
    "tr": ("gönderildi", "tarih", "gönderme tarihi", "gönderim tarihi", "gönderilenler", "gönderilme tarihi", "gönderilme zamanı", "gönderilen", "gönderme zamanı", "gönderildiği tarih", "tarihi", "tarih/saat", "yollanma tarihi"),
    "uk": ("надіслано", "дата"), "zh": ("发送时间", "傳送時間", "日期", "发件时间", "發送時間", "寄件日期", "时间", "发送日期"),
}  # fmt: skip
TO: dict[str, tuple[str, ...]] = {
    "cs": ("komu",), "da": ("til",), "de": ("an",), "el": ("προς",), "en": ("to",), "es": ("para", "a"), "fi": ("vastaanottaja", "vast.ott."), "fr": ("à", "a", "pour", "destinataire"),
    "hu": ("címzett",), "it": ("a", "destinatario"), "ja": ("宛先", "to"), "ko": ("받는 사람", "받는사람", "수신"), "nl": ("aan",), "no": ("til",), "pl": ("do", "adresat"),
    "pt": ("para", "destinatário", "a"), "ro": ("către", "catre", "la"), "ru": ("кому", "получатель"), "sv": ("till",), "tr": ("kime", "alıcı", "alıcılar", "kime gönderilen", "alan"),
    "uk": ("кому",), "zh": ("收件人", "收件者", "寄给"),
}  # fmt: skip
SUBJECT: dict[str, tuple[str, ...]] = {
    "cs": ("předmět",), "da": ("emne",), "de": ("betreff",), "el": ("θέμα",), "en": ("subject",), "es": ("asunto",), "fi": ("aihe", "otsikko"), "fr": ("objet", "sujet"),
    "hu": ("tárgy",), "it": ("oggetto",), "ja": ("件名",), "ko": ("제목",), "nl": ("onderwerp",), "no": ("emne",), "pl": ("temat",), "pt": ("assunto",), "ro": ("subiect",),
    "ru": ("тема",), "sv": ("ämne",), "tr": ("konu", "ilgi"), "uk": ("тема",), "zh": ("主题", "主旨", "主題", "标题"),
}  # fmt: skip
OTHER_LABELS = (
    "cc", "bcc", "cco", "co", "com cópia", "cópia", "copie à", "copie", "kopie", "kopi", "kopia", "kopio", "dw", "bilgi", "gizli", "copia", "копия", "抄送", "副本", "참조",
    "reply-to", "responder a", "responder para", "yanıt adresi", "répondre à", "antwort an", "importance", "importância", "önem", "wichtigkeit", "anexos", "attachments",
    "ekler", "anlagen", "pièces jointes", "allegati", "prioridade", "priority", "sensitivity", "kopya", "önem derecesi", "message-id", "newsgroups", "reference",
)  # fmt: skip

# Between dashes: the original mail follows.
ORIGINAL: dict[str, tuple[str, ...]] = {
    "cs": ("původní zpráva", "původní e-mail"),
    "da": ("oprindelig meddelelse", "oprindelig besked", "oprindelig mail"),
    "de": ("ursprüngliche nachricht", "originalnachricht", "original-nachricht", "original nachricht", "urspr. nachricht"),
    "en": ("original message", "original e-mail", "original email", "original mail", "reply message", "original msg", "reply above this line"),
    "es": ("mensaje original", "correo original"),
    "fi": ("alkuperäinen viesti", "alkuperäinen sanoma"),
    "fr": ("message d'origine", "message original", "message initial", "e-mail d'origine"),
    "hu": ("eredeti üzenet",),
    "it": ("messaggio originale", "messaggio originario"),
    "ja": ("元のメッセージ", "元のメール", "original message"),
    "ko": ("원본 메시지", "원본 메일"),
    "nl": ("oorspronkelijk bericht", "origineel bericht", "oorspronkelijk e-mailbericht"),
    "no": ("opprinnelig melding", "opprinnelig e-post"),
    "pl": ("wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna"),
    "pt": ("mensagem original", "e-mail original", "email original", "mensagem de origem", "mensagem anterior", "mensagem inicial"),
    "ro": ("mesaj original", "mesajul original", "mesaj iniţial"),
    "ru": ("исходное сообщение", "оригинальное сообщение", "исходное письмо", "оригинал письма", "первоначальное сообщение"),
    "sv": ("ursprungligt meddelande", "originalmeddelande", "ursprungligt mejl"),
    "tr": (
        "özgün ileti", "orijinal mesaj", "orijinal ileti", "özgün mesaj", "asıl ileti", "orjinal mesaj", "orjinal ileti", "özgün e-posta", "orijinal e-posta",
        "orijinal posta", "ilk mesaj", "asıl mesaj", "önceki mesaj", "özgün posta", "orjinal e-posta",
    ),
    "uk": ("початкове повідомлення", "вихідне повідомлення"),
    "zh": ("原始邮件", "原始郵件", "原邮件", "原始消息", "回复的原邮件"),
}  # fmt: skip

# What follows is forwarded: it stays.
FORWARDED: dict[str, tuple[str, ...]] = {
    "cs": ("přeposlaná zpráva", "předaná zpráva", "začátek přeposlané zprávy"),
    "da": ("videresendt besked", "videresendt meddelelse", "start på videresendt besked", "påbegynd videresendt meddelelse"),
    "de": ("weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail", "weitergeleitete e-mail"),
    "en": ("forwarded message", "begin forwarded message", "forwarded mail", "forwarded by", "forwarded email", "start of forwarded message", "forwarded letter"),
    "es": ("mensaje reenviado", "inicio del mensaje reenviado", "forwarded message", "comienzo del mensaje reenviado"),
    "fi": ("välitetty viesti", "edelleenlähetetty viesti", "välitetty viesti alkaa"),
    "fr": ("message transféré", "début du message transféré", "message réexpédié", "début du message réexpédié", "e-mail transféré"),
    "hu": ("továbbított üzenet", "továbbított levél kezdete"),
    "it": ("messaggio inoltrato", "inizio messaggio inoltrato"),
    "ja": ("転送メッセージ", "転送されたメッセージ", "forwarded message"),
    "ko": ("전달된 메시지", "전달된 메일"),
    "nl": ("doorgestuurd bericht", "begin doorgestuurd bericht", "doorgestuurde bericht"),
    "no": ("videresendt melding", "start på videresendt melding"),
    "pl": ("wiadomość przekazana", "przekazana wiadomość", "początek przekazywanej wiadomości", "treść przekazanej wiadomości"),
    "pt": (
        "mensagem encaminhada", "início da mensagem encaminhada", "mensagem reencaminhada", "início da mensagem reencaminhada", "e-mail encaminhado",
        "encaminhado por", "mensagem enviada para terceiros", "início do e-mail encaminhado",
    ),
    "ro": ("mesaj redirecționat", "mesaj transmis", "început mesaj redirecționat"),
    "ru": ("пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения", "пересылаемое письмо", "завершение пересылаемого сообщения"),
    "sv": ("vidarebefordrat meddelande", "vidarebefordrat mejl", "vidarebefordrat brev", "börja vidarebefordrat meddelande"),
    "tr": (
        "iletilmiş mesaj", "iletilen mesaj", "iletilen ileti", "iletilmiş ileti", "iletilen", "yönlendirilen mesaj", "yönlendirilmiş mesaj", "yönlendirilmiş ileti", "yönlendirilen ileti",
        "iletilen iletinin başlangıcı", "iletilmiş iletinin başlangıcı", "iletilen mesajın başlangıcı", "iletilmiş mesajın başlangıcı", "iletilen e-posta",
        "iletilen ileti başlangıcı", "iletilmiş e-postanın başlangıcı", "iletilen mesaj başlangıcı", "iletilmiş e-posta", "yönlendirilen e-posta", "iletilen posta",
    ),
    "uk": ("переслане повідомлення", "початок пересланого повідомлення"),
    "zh": ("转发的邮件", "轉寄郵件", "转发邮件", "已转发的邮件", "下面是转发的邮件", "开始转发的邮件"),
}  # fmt: skip

# The beginning of a subject that says: forwarded.
FORWARD_SUBJECTS = ("fw", "fwd", "enc", "encaminhado", "encaminhada", "ilt", "iletilen", "iletildi", "yönl", "ynl", "rv", "tr", "wg", "doorst", "i", "vb", "vl", "pd", "vs fw", "转发", "轉寄", "пересл", "fwd fw")  # fmt: skip

# Answers stand inside the quoted mail, says their writer: then nothing is cut.
ANSWERS_INSIDE = (
    "my answers in red", "answers inline", "reply inline", "replies inline", "comments inline", "comment inline", "see inline", "answered inline", "inline below", "my comments below in", "in red below",
    "answers in red", "comments in red", "em vermelho", "respondi no corpo", "respostas no corpo", "respostas inline", "respostas em azul", "respondi abaixo de cada", "respondendo abaixo de cada",
    "respostas abaixo de cada", "em azul abaixo", "yanıtlarım kırmızı", "cevaplarım kırmızı", "kırmızı ile", "kırmızıyla", "kırmızı renk", "mavi ile yaz", "satır aralarına", "satır aralarında", "soruların altına", "soruların altında", "maddelerin altına",
    "en rojo", "en rouge", "in rot", "in rosso", "in het rood",
)  # fmt: skip

# Our own line, which goes above the quoted conversation in what we send, and those of other desks.
ABOVE_THIS_LINE: dict[str, str] = {
    "en": "Please write your reply above this line",
    "pt-br": "Escreva a sua resposta acima desta linha",
    "tr": "Lütfen yanıtınızı bu satırın üstüne yazın",
}
ABOVE_PATTERNS = (
    r"(?:please )?(?:type|write|enter|add|send)? ?(?:your )?(?:reply|response|answer|message)? ?above this line",
    r"(?:digite|escreva|responda|insira|por favor)[^.]{0,40}acima (?:desta|dessa|da) linha",
    r"[^.]{0,20}(?:yanit|cevab|cevap|mesaj)[^.]{0,30}bu (?:satirin|cizginin) (?:ustune|uzerine|yukarisina)[^.]{0,20}",
    r"(?:escriba|escribe|responda)[^.]{0,40}(?:por )?encima de esta linea",
    r"(?:repondez|ecrivez|veuillez)[^.]{0,40}au[- ]dessus de cette ligne",
    r"(?:bitte )?[^.]{0,30}(?:uber|oberhalb) dieser (?:linie|zeile)",
)

# What programs put under a mail. `{device}`: words with a machine or program that we know; `{brand}`: words of which one begins
# with a capital letter or a digit; `{name}`: a short name; `{site}`: a web address; `{rest}`: anything.
FOOTERS: dict[str, tuple[str, ...]] = {
    "cs": (r"odeslano (?:z|ze) {device}", r"odoslane z {device}"),
    "da": (r"sendt fra (?:min )?{device}", r"hent outlook til {name}"),
    "de": (r"(?:diese nachricht wurde )?vo[nm] (?:meine[mr] )?{device} (?:aus )?gesendet", r"gesendet (?:von|mit|aus|uber|durch|via) {device}", r"outlook fur {name} (?:beziehen|herunterladen|holen)"),
    "el": (r"στάλθηκε από (?:το )?{device}",),
    "en": (
        r"sent (?:from|via|with|by|using|through|on) {device}", r"sent (?:via|from) (?:the|my) {device}, an? {name} (?:device|smartphone|phone|tablet)", r"sent from (?:my|an?) {brand}", r"(?:get|download|try) {device} for {name}", r"(?:get|download) outlook for {name}",
        r"yahoo mail: search, organi[sz]e, conquer", r"sent (?:securely )?(?:from|with) {device} (?:secure )?e-?mail", r"via (?:mobile|iphone|android|blackberry)", r"secured with tutanota{rest}",
        r"(?:please )?(?:excuse|pardon|forgive) (?:my |any |the )?(?:brevity|typos|spelling){rest}", r"this e-?mail has been (?:checked|scanned) for viruses by {rest}", r"virus[- ]free\.? ?{site}",
    ),
    "es": (r"enviado (?:desde|con|a traves de) {device}", r"enviado desde mi {brand}", r"obt(?:en|ener|enga) (?:el )?outlook para {name}", r"libre de virus\.? ?{site}"),
    "fi": (r"lahetetty {device}", r"hanki outlook {name}"),
    "fr": (
        r"envoye (?:de|depuis|a partir de|avec|via|par) {device}", r"envoye (?:de|depuis|a partir de) (?:mon|ma) {brand}", r"(?:obtenir|telecharge[rz]|obtenez) outlook pour {name}",
        r"sans virus\.? ?{site}", r"provenance : courrier pour windows{rest}",
    ),
    "hu": (r"{device} kuldve",),
    "it": (r"inviato (?:da|dal|dalla|con|tramite) {device}", r"inviato dal mio {brand}", r"(?:scarica|ottieni) outlook per {name}"),
    "ja": (r"(?:私の)?{device}(?:から|より)?送信(?:されました)?", r"(?:私の)?{device}(?:から|より)送信(?:されました)?", r"outlook for {name}を(?:入手|取得){rest}"),
    "ko": (r"(?:내|나의)? ?{device}에서 (?:보냄|보낸 메일입니다|전송)",),
    "nl": (r"(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|met|via) {device}", r"(?:verzonden|verstuurd) vanaf mijn {brand}", r"(?:download )?outlook voor {name}(?: downloaden)?"),
    "no": (r"sendt fra (?:min )?{device}", r"(?:skaff|hent) (?:deg )?outlook for {name}"),
    "pl": (r"(?:wyslane|wyslano) (?:z|za pomoca|przy uzyciu) {device}", r"pobierz (?:aplikacje )?outlook {name}"),
    "pt": (
        r"(?:mensagem )?enviad[oa] (?:do|da|de|desde o?|pel[oa]|atraves d[oae]|via|a partir d[oae]|usando o?|utilizando o?) {device}", r"enviad[oa] (?:do|da|de|pelo|a partir do|desde o) (?:meu|minha) {brand}",
        r"(?:obter|obtenha|baixe|baixar|descarregar|transferir|instale) (?:o )?(?:app |aplicativo )?(?:do )?(?:outlook|yahoo(?: mail)?|gmail|uol(?: mail)?) (?:para|no) {name}", r"livre de virus\.? ?{site}",
        r"este e-?mail foi (?:verificado|escaneado) {rest}", r"digitado (?:no|do|pelo) (?:meu )?{device}",
    ),
    "ro": (r"trimis (?:de pe|din|prin|cu) {device}", r"obtineti outlook pentru {name}"),
    "ru": (r"отправлено (?:с|из|через|при помощи|от) {device}", r"скачайте outlook для {name}"),
    "sv": (r"skickat? fran (?:min )?{device}", r"(?:hamta|skaffa) outlook for {name}"),
    "tr": (
        r"{device} (?:uzerinden |araciligiyla |ile |kullanilarak )?(?:gonderildi|gonderilmistir|gonderilen ileti|yollandi|gonderiyorum)", r"(?:gonderen|gonderildigi yer): {device}",
        r"(?:ios|android|windows|iphone|ipad|mac) icin outlook(?:'?[uiya]+)? ?(?:edinin|indirin|alin|yukleyin)", r"outlook(?:'?[uiya]+)? for (?:ios|android)(?:'?[a-z]+)? ?(?:edinin|indirin)?",
        r"outlook for (?:ios|android)(?:'?[a-z]+)? ?(?:edinin|indirin|alin)", r"virus (?:bulunmuyor|yok|icermiyor)\.? ?{site}", r"bu e-?posta {rest}avast{rest}", r"{site}? ?virussuz\.? ?{site}?",
    ),
    "uk": (r"(?:надіслано|відправлено) (?:з|із|зі) {device}",),
    "zh": (r"发自(?:我的|我)?{device}", r"(?:從|从)?(?:我的)? ?{device}(?:上)?(?:傳送|发送|發送)", r"获取 ?outlook ?{rest}"),
}  # fmt: skip

DEVICES = (
    "i ?phon\\w+", "i ?pad", "i ?pod", "ios", "apple watch", "mac ?book", "i ?mac", "mac os", "macos", "android", "samsung", "galaxy", "blackberry", "huawei", "xiaomi", "redmi", "realme", "oppo",
    "motorola", "moto [a-z]\\d*", "nokia", "lg", "htc", "sony", "xperia", "oneplus", "pixel", "lenovo", "asus", "zenfone", "general mobile", "reeder", "positivo", "multilaser", "wiko",
    "windows", "outlook", "hotmail", "gmail", "google mail", "yahoo", "aol", "icloud", "uol", "bol", "ig mail", "terra mail", "webmail", "zipmail", "globomail", "locaweb", "kinghost", "roundcube",
    "proton ?mail", "proton", "tutanota", "yandex", "mynet", "turkcell", "superonline", "ttnet", "zoho", "gmx", "web\\.de", "mail\\.ru", "seznam", "laposte", "thunderbird", "apple mail", "airmail", "typeapp", "bluemail",
    "blue mail", "k-9", "fairemail", "mailbird", "em client", "sparrow", "aquamail", "mymail", "superhuman", "mail for", "spark mail",
    "celular", "smart ?phone", "telefone", "telefon\\w*", "telemovel", "movil", "telefono", "telephone", "cell ?phone", "phone", "tablet\\w*", "handy", "mobiltelefon\\w*", "mobile", "puhelime\\w*", "telefoon", "cihaz\\w*",
    "мобильн\\w*", "телефон\\w*", "почт\\w*", "смартфон\\w*",
)  # fmt: skip


def every(table: dict[str, tuple[str, ...]]) -> list[str]:
    """Return all phrases of a table, longest first, each once."""
    return sorted(
        {phrase for phrases in table.values() for phrase in phrases if phrase},
        key=lambda phrase: (-len(phrase), phrase),
    )
