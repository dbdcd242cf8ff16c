/** Italian. It says "tu", and speaks of persons rather than of men or women. */

import type { Catalogue } from "./catalogue.ts";

/** The Italian catalogue. */
export const it: Catalogue = {
  name: "Italiano",
  frame: {
    description:
      "Parla con una persona sconosciuta, per iscritto o in video. Senza account, senza cookie, con crittografia end-to-end.",
    noScript:
      "La chat funziona nel tuo browser e quindi ha bisogno di JavaScript. Attivalo per questa pagina: tutto il codice è nella pagina stessa, e da fuori non viene caricato nulla.",
    notRunning: "La chat non è in funzione. Ricarica la pagina o usa un altro browser.",
    englishOnly: "Questa pagina è solo in inglese.",
  },
  words: {
    Direction: "ltr",

    Heading: "Parla con una persona sconosciuta.\nSenza lasciare traccia.",
    Lead:
      "Ti mettiamo in contatto con una persona scelta a caso. Senza account, senza cookie, e solo voi due potete leggere i vostri messaggi.",
    Interests: "Interessi",
    InterestsHint: "Facoltativo. All’inizio cerchiamo qualcuno che ne condivida almeno uno.",
    InterestsChosen: "Interessi scelti",
    RemoveInterest: "Rimuovi {interest}",
    InterestsFull: "Sono dieci, il massimo",
    InterestsExample: "musica, trekking, cinema",
    Languages: "Lingue",
    LanguagesHint: "Dal tuo browser, e mai memorizzate.",
    AnyLanguage: "Va bene chiunque, di qualsiasi lingua.",
    AddLanguage: "Aggiungi una lingua",
    Adult: "Ho almeno 18 anni",
    AdultFirst: "Prima conferma la tua età. Questo sito è riservato a persone adulte.",
    StartText: "Inizia una chat testuale",
    StartVideo: "Inizia una videochat",
    Online: {
      one: "Ora c’è {count} persona qui",
      other: "Ora ci sono {count} persone qui",
    },
    Insecure:
      "Questa pagina è stata aperta con una connessione non cifrata. Una chat non sarebbe privata, quindi qui non si può iniziare.",
    OpenSecure: "Apri la pagina sicura",
    Language: "Lingua",
    LanguageFailed: "Al momento non è possibile caricare questa lingua. Nuovo tentativo…",
    Dark: "Modalità scura",
    Links: {
      label: "Su questo sito",
      privacy: "Privacy",
      statistics: "Statistiche",
      transparency: "Trasparenza",
      rules: "Regole della chat",
      contact: "Contatti",
    },

    Unreachable: "Al momento il server non è raggiungibile. Nuovo tentativo…",
    Filtered:
      "Il server risponde, ma la connessione della chat non passa. Prova con un’altra rete.",
    Refused: {
      full: "Al momento il server è pieno. Nuovo tentativo…",
      misconfigured: "Questo sito non è configurato correttamente. Nuovo tentativo…",
      "too-many-connections":
        "Al momento ci sono troppe persone connesse dalla tua rete. Nuovo tentativo…",
      reported: "Il tuo accesso è bloccato fino alle {time}.",
      flooding: "Il tuo accesso è bloccato fino alle {time}.",
      denied: "Chi gestisce questo sito ha bloccato il tuo indirizzo IP.",
    },
    Blocked: {
      reported:
        "Diverse persone hanno segnalato qualcuno che usava il tuo indirizzo IP. Il blocco termina automaticamente e non ne resta alcuna traccia.",
      flooding:
        "Dal tuo indirizzo IP sono arrivate troppe connessioni. Il blocco termina automaticamente e non ne resta alcuna traccia.",
      denied: "Resta bloccato finché chi gestisce il sito non toglie il blocco.",
    },
    BlockedWait:
      "Puoi lasciare aperta questa pagina: si riconnetterà non appena il blocco sarà finito.",
    BlockedHelp: "Che cosa puoi fare",

    Looking: "Stiamo cercando qualcuno…",
    Cancel: "Annulla",
    Checking:
      "C’è moltissima gente in questo momento, quindi il tuo dispositivo fa prima un breve controllo.",
    VeryFast:
      "Sono state molte ricerche in poco tempo. Questa riprenderà automaticamente fra un attimo.",
    Quiet:
      "Adesso c’è poca gente. Resta qui o passa a un’altra scheda: sentirai un suono quando arriva qualcuno.",
    QuietSilent:
      "Adesso c’è poca gente. Resta qui o passa a un’altra scheda: il titolo cambierà quando arriva qualcuno.",
    Usually: "Di solito ci vuole un attimo.",
    WhoLikes: "Preferibilmente qualcuno con interessi in comune: {interests}.",
    WhoSpeaks: "Preferibilmente qualcuno che parli {languages}.",
    WhoSpeaksAndLikes:
      "Preferibilmente qualcuno che parli {languages} e abbia interessi in comune: {interests}.",
    WhoSpeaksOrLikes:
      "Ora qualcuno che parli {languages} o abbia interessi in comune: {interests}.",
    Anyone: "Nessuno così è disponibile al momento, quindi ora cerchiamo fra tutti.",
    Reload: "Ricarica la pagina per incontrare più persone.",
    Notify: "Avvisami quando qualcuno arriva o scrive",
    NotifyHint: "Solo mentre questa pagina è nascosta, e senza il testo dei messaggi.",
    NotifyBlocked:
      "Le notifiche sono bloccate. Consentile per questo sito nelle impostazioni del browser.",
    Happened: { arrival: "È arrivato qualcuno", message: "Nuovo messaggio" },

    Chat: "Chat",
    Conversation: "Conversazione",
    Messages: "Messaggi",
    YouSay: "Tu:",
    StrangerSays: "Altra persona:",
    NotSent: "Non inviato:",
    Notices: {
      "began": "Ora stai chattando con una persona sconosciuta.",
      "you-left": "Hai lasciato la chat.",
      "stranger-left": "L’altra persona ha lasciato la chat.",
      "connection-lost": "La tua connessione è caduta, quindi la chat è finita.",
      "blocked": "Il tuo accesso è stato bloccato perché diverse persone ti hanno segnalato.",
      "restart": "Il server sta per riavviarsi e questa chat finirà.",
      "not-secured": "Non è stato possibile cifrare questa chat, quindi è finita.",
      "tampered":
        "Qualcosa è stato alterato o è andato perso lungo il percorso e non viene mostrato.",
      "again": "Stai chattando di nuovo con la stessa persona.",
      "text-only": "Qui si può inviare solo testo.",
      "report-taken": "La tua segnalazione è arrivata. Grazie.",
      "stranger-declined": "L’altra persona preferisce continuare per iscritto.",
      "direct-refused":
        "La chiamata non è partita: rivelerebbe il tuo indirizzo IP e hai disattivato questo tipo di chiamate.",
      "call-over": "La chiamata è finita.",
      "unable": "Questo browser non permette le videochiamate.",
      "stranger-unable": "Il browser dell’altra persona non permette le videochiamate.",
      "own-tab": "Questa è l’altra tua scheda.",
    },
    BothLike: "Avete in comune: {interests}.",
    BothSpeak: "Lingue in comune: {languages}.",
    NoSharedLanguage: "Non è stata trovata una lingua comune.",
    MetBefore: "È la stessa persona di poco fa. Ora non c’è nessun altro disponibile.",
    Dropped: "La tua connessione è caduta. Riconnessione…",
    StrangerDropped: "La connessione dell’altra persona è caduta. Forse tornerà.",
    StrangerBack: "L’altra persona è tornata.",
    StrangerTypes: "L’altra persona sta scrivendo…",
    Held:
      "I tuoi messaggi non sono ancora arrivati. Potrai inviarne altri quando saranno arrivati.",
    LinkOpens: "Apre {host}. Quel sito vedrà il tuo indirizzo IP.",
    Open: "Apri",
    Copy: "Copia",
    Copied: "Copiato",
    Delivered: "Consegnato",
    NotDelivered: "Non consegnato",
    SaveChat: "Salva",
    BeginningMissing: "Qui ci sono solo gli ultimi messaggi. Manca l’inizio.",
    VideoCall: "Video",
    SoundOn: "Con audio",
    SoundOff: "Senza audio",
    Newer: "Nuovi messaggi: {count}",
    Message: "Messaggio",
    WriteMessage: "Messaggio",
    Left: {
      one: "Ne resta {count}",
      other: "Ne restano {count}",
    },
    Send: "Invia",
    Stop: { talking: "Esci", asking: "Davvero?", over: "Nuova chat" },
    PressAgain: "Premi di nuovo per lasciare questa chat.",
    ChangeInterests: "Cambia interessi",
    Again: "Chatta di nuovo",
    WantsAgain: "L’altra persona vorrebbe chattare di nuovo.",
    NextChat: "La prossima chat inizia fra un attimo.",
    Stay: "Resta qui",
    AutoNext: "Inizia la prossima chat automaticamente",

    Agreeing: "Preparazione della crittografia…",
    Encrypted: "Crittografia end-to-end",
    Compare:
      "Se l’altra persona vede le stesse quattro figure nello stesso ordine, nessuno lungo il percorso può leggere la vostra chat, nemmeno questo server. Confrontatele a voce, oppure date con parole vostre un indizio che una macchina non potrebbe alterare.",
    Suite:
      "Le chiavi derivano da {suite}. Una registrazione della chat cifrata è leggibile solo se entrambi vengono violati.",
    Unprotected: "Da che cosa non ti protegge",
    Comma: ", ",
    Pictures:
      "polpo, cactus, palloncino, bicicletta, limone, chiave, ancora, cappello, tartaruga, fungo, luna, campana, carota, chitarra, volpe, calzini, ape, pizza, aquilone, calamita, elefante, arcobaleno, barca, tamburo, pinguino, ciliegie, candela, puzzle, giraffa, mais, razzo, dado, balena, ciambella, statua, bussola, gufo, anguria, forbici, tromba, lumaca, vulcano, trattore, sedia, cammello, pretzel, sveglia, bersaglio, farfalla, foglia, castello, formaggio, rana, avocado, treno, pianta, granchio, pane, tenda, violino, coccinella, uovo, isola, scala",

    Report: "Segnala",
    Reported: "Segnalato",
    WhatIsWrong: "Che cosa non va?",
    OnlyReason: "Viene inviato solo il motivo, mai la conversazione.",
    Reasons: {
      underage: "Sembra minorenne",
      sexual: "Contenuti sessuali indesiderati",
      harassment: "Molestie o minacce",
      spam: "Spam o pubblicità",
      other: "Altro",
    },
    NeverMind: "Lascia stare",
    LooksAutomated: "Sembra un programma, non una persona",
    Signs: {
      link: "Il primo messaggio contiene un link.",
      repeated: "La persona precedente ha inviato lo stesso testo.",
      speed: "Nessuno può scrivere così in fretta.",
    },
    MayBeWrong: "Se n’è accorta solo questa pagina, e può sbagliarsi.",
    ReportStranger: "Segnala questa persona",
    Dismiss: "Ignora",

    HowYouLook: "Ecco come ti vedranno",
    HowLoud: "Livello del microfono",
    TryAgain: "Riprova",
    Camera: "Videocamera",
    Microphone: "Microfono",
    Choices: {
      cameraOff: "Inizia con la videocamera spenta",
      muted: "Inizia con il microfono spento",
      blur: "Sfoca il video delle altre persone finché non scelgo di guardarlo",
      keepCamera: "Lascia accesa la mia videocamera fra una chat e l’altra",
      direct: "Permetti le chiamate che rivelano il mio indirizzo IP, ma prima chiedimelo",
    },
    MoreChoices: "Altre opzioni",
    Back: "Indietro",
    Devices: {
      camera: {
        opening: "Il browser ti chiede il permesso di usare la videocamera.",
        off: "La tua videocamera è spenta.",
        denied:
          "L’accesso alla videocamera è bloccato. Consentilo per questo sito nelle impostazioni del browser, o continua senza videocamera.",
        missing: "Nessuna videocamera trovata. Collegane una, o continua senza.",
        busy:
          "Un’altra app sta usando la videocamera. Chiudila e riprova, o continua senza videocamera.",
        unsupported:
          "Questo browser non permette alla pagina di usare la videocamera. Puoi continuare senza.",
        interrupted:
          "Un’altra app o un interruttore ha messo in pausa la videocamera. Riprenderà automaticamente.",
      },
      microphone: {
        opening: "Il browser ti chiede il permesso di usare il microfono.",
        off: "Il tuo microfono è spento.",
        denied:
          "L’accesso al microfono è bloccato. Consentilo per questo sito nelle impostazioni del browser, o continua senza microfono.",
        missing: "Nessun microfono trovato. Collegane uno, o continua senza.",
        busy:
          "Un’altra app sta usando il microfono. Chiudila e riprova, o continua senza microfono.",
        unsupported:
          "Questo browser non permette alla pagina di usare il microfono. Puoi continuare senza.",
        interrupted:
          "Un’altra app o un interruttore ha messo in pausa il microfono. Riprenderà automaticamente.",
      },
    },

    Call: "Chiamata",
    OneMoment: "Un attimo…",
    StrangerWants: "L’altra persona vorrebbe fare una videochiamata",
    ShowAddresses: "Condividere fra voi gli indirizzi IP?",
    Directly:
      "Una chiamata diretta rivela il tuo indirizzo IP all’altra persona, e il suo a te. Inizia solo se accettano entrambe le parti.",
    ByRelay:
      "La chiamata passa da un server intermedio, quindi nessuna delle due parti viene a sapere l’indirizzo IP dell’altra. Videocamera e microfono partono come li hai impostati.",
    CallDirectly: "Chiama direttamente",
    JoinCall: "Entra nella chiamata",
    StayWithText: "Continua a scrivere",
    WaitingForStranger: "In attesa dell’altra persona…",
    NoCall: "La chiamata non è riuscita",
    Failures: {
      "no-route":
        "Il tuo dispositivo e quello dell’altra persona non sono riusciti a connettersi. Alcune reti bloccano le chiamate dirette.",
      "no-relay":
        "Il server intermedio delle chiamate è pieno, o almeno una delle due parti non riesce a raggiungerlo.",
      "too-fast": "Sono state molte chiamate in poco tempo. Aspetta un attimo.",
    },
    GoOnByText: "Continua per iscritto",
    StrangersPicture: "Video dell’altra persona",
    YourPicture: "Il tuo video",
    ShowPicture: "Mostra il video",
    Connecting: "Connessione…",
    Broke: "La chiamata si è interrotta. Riconnessione…",
    StrangerNoCamera: "La videocamera dell’altra persona è spenta.",
    StrangerNothing: "La videocamera e il microfono dell’altra persona sono spenti.",
    StrangerMuted: "Il microfono dell’altra persona è spento.",
    StrangerFrozen: "Il video dell’altra persona è bloccato.",
    PlayStranger: "Riproduci video e audio dell’altra persona",
    Quality: { 1: "Connessione: scarsa", 2: "Connessione: discreta", 3: "Connessione: buona" },
    YourDevices: "Videocamera e microfono",
    CameraOn: "Video attivo",
    CameraOff: "Video spento",
    MicOn: "Microfono attivo",
    MicOff: "Microfono spento",
    More: "Altro",
    Volume: "Volume",
    StrangersSound: "Audio dell’altra persona",
    SwapPictures: "Scambia i video",
    FlipCamera: "Cambia videocamera",
    PopOut: "Immagine nell’immagine",
    FullScreen: "Schermo intero",
    EndCall: "Riaggancia",
  },
};
