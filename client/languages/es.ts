/** Spanish for all countries. */

import type { Catalogue } from "./catalogue.ts";

/** The Spanish catalogue. */
export const es: Catalogue = {
  name: "Español",
  frame: {
    description:
      "Habla con una persona desconocida por texto o video. Sin cuenta, sin cookies, con cifrado de extremo a extremo.",
    noScript:
      "El chat funciona dentro de tu navegador, así que necesita JavaScript. Actívalo en esta página: todo su código está en ella y no se carga nada de otra parte.",
    notRunning: "El chat no funciona. Vuelve a cargar la página o usa otro navegador.",
    englishOnly: "Esta página solo está en inglés.",
  },
  words: {
    Direction: "ltr",

    Heading: "Habla con una persona desconocida.\nNo dejes rastro.",
    Lead:
      "Te ponemos en contacto con una persona al azar. Sin cuenta, sin cookies, y solo ustedes dos pueden leer lo que escriben.",
    Interests: "Intereses",
    InterestsHint: "Opcional. Primero buscamos a alguien que comparta alguno.",
    InterestsChosen: "Intereses elegidos",
    RemoveInterest: "Quitar {interest}",
    InterestsFull: "Son diez, el máximo",
    InterestsExample: "música, senderismo, cine",
    Languages: "Idiomas",
    LanguagesHint: "Según tu navegador. Nunca se guardan.",
    AnyLanguage: "Buscamos a gente de cualquier idioma.",
    AddLanguage: "Añadir un idioma",
    Adult: "Tengo 18 años o más",
    AdultFirst: "Primero confirma tu edad. Este sitio es solo para personas adultas.",
    StartText: "Iniciar chat de texto",
    StartVideo: "Iniciar videochat",
    Online: {
      one: "Ahora hay {count} persona aquí",
      other: "Ahora hay {count} personas aquí",
    },
    Insecure:
      "Esta página se abrió sin cifrado. Un chat no sería privado, así que no se puede iniciar aquí.",
    OpenSecure: "Abrir la página segura",
    Language: "Idioma",
    LanguageFailed: "Este idioma no se puede cargar ahora mismo. Reintentando…",
    Dark: "Modo oscuro",
    Links: {
      label: "Sobre este sitio",
      privacy: "Privacidad",
      statistics: "Estadísticas",
      transparency: "Transparencia",
      rules: "Normas del chat",
      contact: "Contacto",
    },

    Unreachable: "No se puede conectar con el servidor ahora mismo. Reintentando…",
    Filtered: "El servidor responde, pero ninguna conexión de chat pasa. Prueba con otra red.",
    Refused: {
      full: "El servidor está lleno ahora mismo. Reintentando…",
      misconfigured: "Este sitio no está bien configurado. Reintentando…",
      "too-many-connections":
        "Hay demasiadas personas conectadas desde tu red ahora mismo. Reintentando…",
      reported: "Tu acceso está bloqueado hasta las {time}.",
      flooding: "Tu acceso está bloqueado hasta las {time}.",
      denied: "La administración de este sitio ha bloqueado tu dirección IP.",
    },
    Blocked: {
      reported:
        "Varias personas han denunciado a alguien que usaba tu dirección IP. El bloqueo termina automáticamente y no queda ningún registro de él.",
      flooding:
        "Desde tu dirección IP llegaron demasiadas conexiones. El bloqueo termina automáticamente y no queda ningún registro de él.",
      denied: "Seguirá bloqueada hasta que la administración levante el bloqueo.",
    },
    BlockedWait: "Puedes dejar esta página abierta: se reconectará en cuanto termine el bloqueo.",
    BlockedHelp: "Qué puedes hacer",

    Looking: "Buscando a alguien…",
    Cancel: "Cancelar",
    Checking:
      "Ahora mismo está llegando muchísima gente, así que tu dispositivo hace antes una breve comprobación.",
    VeryFast:
      "Fueron muchas búsquedas en poco tiempo. Esta continuará automáticamente en un momento.",
    Quiet:
      "Ahora mismo hay poca gente. Quédate aquí o en otra pestaña: oirás un sonido cuando llegue alguien.",
    QuietSilent:
      "Ahora mismo hay poca gente. Quédate aquí o en otra pestaña: el título cambiará cuando llegue alguien.",
    Usually: "Suele tardar un momento.",
    WhoLikes: "De preferencia, alguien con interés en {interests}.",
    WhoSpeaks: "De preferencia, alguien que hable {languages}.",
    WhoSpeaksAndLikes:
      "De preferencia, alguien que hable {languages} y tenga interés en {interests}.",
    WhoSpeaksOrLikes: "Ahora, alguien que hable {languages}, o tenga interés en {interests}.",
    Anyone: "Ahora mismo no hay nadie así disponible, así que buscamos a cualquier persona.",
    Reload: "Vuelve a cargar la página para encontrar a más gente.",

    Notify: "Avisarme cuando alguien llegue o escriba",
    NotifyHint: "Solo mientras esta página no esté a la vista, y sin el texto de los mensajes.",
    NotifyBlocked:
      "Las notificaciones están bloqueadas. Permítelas para este sitio en los ajustes del navegador.",
    Happened: { arrival: "Ha llegado alguien", message: "Mensaje nuevo" },

    Chat: "Chat",
    Conversation: "Conversación",
    Messages: "Mensajes",
    YouSay: "Tú:",
    StrangerSays: "Otra persona:",
    NotSent: "Sin enviar:",
    Notices: {
      "began": "Ahora estás chateando con una persona desconocida.",
      "you-left": "Te has desconectado.",
      "stranger-left": "La otra persona se ha desconectado.",
      "connection-lost": "Se perdió tu conexión, así que el chat ha terminado.",
      "blocked": "Tu acceso está bloqueado porque varias personas te han denunciado.",
      "restart": "El servidor está a punto de reiniciarse y este chat terminará.",
      "not-secured": "Este chat no se pudo cifrar, así que ha terminado.",
      "tampered": "Algo se alteró o se perdió por el camino y no se muestra.",
      "again": "Estás chateando otra vez con la misma persona.",
      "text-only": "Aquí solo se puede enviar texto.",
      "report-taken": "Hemos recibido tu denuncia. Gracias.",
      "stranger-declined": "La otra persona prefiere seguir por texto.",
      "direct-refused":
        "La llamada no se inició: revelaría tu dirección IP y desactivaste ese tipo de llamadas.",
      "call-over": "La llamada ha terminado.",
      "unable": "Este navegador no permite hacer videollamadas.",
      "stranger-unable": "El navegador de la otra persona no permite hacer videollamadas.",
      "own-tab": "Es tu otra pestaña.",
    },
    BothLike: "Tienen en común: {interests}.",
    BothSpeak: "Idiomas en común: {languages}.",
    NoSharedLanguage: "No se encontró ningún idioma en común.",
    MetBefore: "Ya se encontraron hace un momento. Ahora no hay nadie más disponible.",
    Dropped: "Se cortó tu conexión. Reconectando…",
    StrangerDropped: "Se cortó la conexión de la otra persona. Puede que vuelva.",
    StrangerBack: "La otra persona ha vuelto.",
    StrangerTypes: "La otra persona está escribiendo…",
    Held: "Tus mensajes aún no han llegado. Podrás enviar más cuando lleguen.",
    LinkOpens: "Abre {host}. Ese sitio verá tu dirección IP.",
    Open: "Abrir",
    Copy: "Copiar",
    Copied: "Copiado",
    Delivered: "Entregado",
    NotDelivered: "No entregado",
    SaveChat: "Guardar",
    BeginningMissing: "Aquí solo están los últimos mensajes. Falta el principio.",
    VideoCall: "Video",
    SoundOn: "Con sonido",
    SoundOff: "Sin sonido",
    Newer: "Mensajes nuevos: {count}",
    Message: "Mensaje",
    WriteMessage: "Mensaje",
    Left: {
      one: "Queda {count}",
      other: "Quedan {count}",
    },
    Send: "Enviar",
    Stop: { talking: "Salir", asking: "¿De verdad?", over: "Nuevo chat" },
    PressAgain: "Pulsa otra vez para salir de este chat.",
    ChangeInterests: "Cambiar intereses",
    Again: "Volver a chatear",
    WantsAgain: "La otra persona quiere volver a chatear.",
    NextChat: "El próximo chat empieza en un momento.",
    Stay: "Quedarme aquí",
    AutoNext: "Empezar el próximo chat automáticamente",

    Agreeing: "Configurando el cifrado…",
    Encrypted: "Cifrado de extremo a extremo",
    Compare:
      "Si la otra persona ve los mismos cuatro dibujos en el mismo orden, nadie en el camino puede leer el chat, ni siquiera este servidor. Compárenlos de viva voz o den con sus propias palabras una pista que una máquina no pueda cambiar.",
    Suite:
      "Las claves salen de {suite}. Una grabación del chat cifrado solo se puede leer si se rompen los dos.",
    Unprotected: "De qué no te protege esto",
    Comma: ", ",
    Pictures:
      "pulpo, cactus, globo, bicicleta, limón, llave, ancla, sombrero, tortuga, hongo, luna, campana, zanahoria, guitarra, zorro, calcetines, abeja, pizza, cometa, imán, elefante, arcoíris, barco, tambor, pingüino, cerezas, vela, rompecabezas, jirafa, maíz, cohete, dado, ballena, dónut, estatua, brújula, búho, sandía, tijeras, trompeta, caracol, volcán, tractor, silla, camello, pretzel, reloj, diana, mariposa, hoja, castillo, queso, rana, aguacate, tren, planta, cangrejo, pan, tienda, violín, mariquita, huevo, isla, escalera",

    Report: "Denunciar",
    Reported: "Denunciado",
    WhatIsWrong: "¿Qué ocurre?",
    OnlyReason: "Solo se envía el motivo, nunca la conversación.",
    Reasons: {
      underage: "Parece menor de 18 años",
      sexual: "Contenido sexual no deseado",
      harassment: "Acoso o amenazas",
      spam: "Spam o publicidad",
      other: "Otra cosa",
    },
    NeverMind: "Mejor no",

    LooksAutomated: "La otra persona parece un programa",
    Signs: {
      link: "Su primer mensaje contiene un enlace.",
      repeated: "La persona anterior envió el mismo texto.",
      speed: "Escribe más rápido de lo que nadie puede teclear.",
    },
    MayBeWrong: "Solo lo ha notado esta página, y puede equivocarse.",
    ReportStranger: "Denunciar a esta persona",
    Dismiss: "Descartar",

    HowYouLook: "Así te verán",
    HowLoud: "Nivel del micrófono",
    TryAgain: "Reintentar",
    Camera: "Cámara",
    Microphone: "Micrófono",
    Choices: {
      cameraOff: "Empezar con la cámara apagada",
      muted: "Empezar con el micrófono apagado",
      blur: "Difuminar el video de la otra persona hasta que yo decida verlo",
      keepCamera: "Dejar mi cámara encendida entre chats",
      direct: "Permitir llamadas que revelen mi dirección IP, pero preguntarme antes",
    },
    MoreChoices: "Más opciones",
    Back: "Volver",
    Devices: {
      camera: {
        opening: "Tu navegador te pide permiso para usar la cámara.",
        off: "Tu cámara está apagada.",
        denied:
          "El acceso a la cámara está bloqueado. Permítelo para este sitio en los ajustes del navegador o sigue sin cámara.",
        missing: "No se encontró ninguna cámara. Conecta una o sigue sin ella.",
        busy: "Otra aplicación está usando tu cámara. Ciérrala y reintenta, o sigue sin cámara.",
        unsupported:
          "Este navegador no permite usar la cámara en esta página. Puedes seguir sin ella.",
        interrupted: "Otra aplicación o un interruptor pausó tu cámara. Seguirá automáticamente.",
      },
      microphone: {
        opening: "Tu navegador te pide permiso para usar el micrófono.",
        off: "Tu micrófono está apagado.",
        denied:
          "El acceso al micrófono está bloqueado. Permítelo para este sitio en los ajustes del navegador o sigue sin micrófono.",
        missing: "No se encontró ningún micrófono. Conecta uno o sigue sin él.",
        busy:
          "Otra aplicación está usando tu micrófono. Ciérrala y reintenta, o sigue sin micrófono.",
        unsupported:
          "Este navegador no permite usar el micrófono en esta página. Puedes seguir sin él.",
        interrupted:
          "Otra aplicación o un interruptor pausó tu micrófono. Seguirá automáticamente.",
      },
    },

    Call: "Llamada",
    OneMoment: "Un momento…",
    StrangerWants: "La otra persona quiere hacer una videollamada",
    ShowAddresses: "¿Compartir las direcciones IP entre ustedes?",
    Directly:
      "Una llamada directa le revela tu dirección IP a la otra persona, y a ti la suya. Solo empieza si ambas partes aceptan.",
    ByRelay:
      "La llamada pasa por un servidor intermediario, así que ninguna de las dos partes conoce la dirección IP de la otra. Tu cámara y tu micrófono empiezan como los configuraste.",
    CallDirectly: "Llamar directamente",
    JoinCall: "Unirme a la llamada",
    StayWithText: "Seguir por texto",
    WaitingForStranger: "Esperando a que se una la otra persona…",
    NoCall: "La llamada falló",
    Failures: {
      "no-route":
        "Tu dispositivo y el de la otra persona no pudieron conectarse. Algunas redes bloquean las llamadas directas.",
      "no-relay":
        "El servidor intermediario de llamadas está lleno, o al menos una de las dos partes no puede conectarse a él.",
      "too-fast": "Fueron muchas llamadas en poco tiempo. Espera un momento.",
    },
    GoOnByText: "Seguir por texto",
    StrangersPicture: "Video de la otra persona",
    YourPicture: "Tu video",
    ShowPicture: "Mostrar el video",
    Connecting: "Conectando…",
    Broke: "La llamada se interrumpió. Reconectando…",
    StrangerNoCamera: "La otra persona tiene la cámara apagada.",
    StrangerNothing: "La otra persona tiene la cámara y el micrófono apagados.",
    StrangerMuted: "El micrófono de la otra persona está apagado.",
    StrangerFrozen: "El video de la otra persona se congeló.",
    PlayStranger: "Reproducir el video y el sonido de la otra persona",
    Quality: { 1: "Conexión: mala", 2: "Conexión: regular", 3: "Conexión: buena" },
    YourDevices: "Cámara y micrófono",
    CameraOn: "Con cámara",
    CameraOff: "Sin cámara",
    MicOn: "Con micro",
    MicOff: "Sin micro",
    More: "Más",
    Volume: "Volumen",
    StrangersSound: "Sonido de la otra persona",
    SwapPictures: "Intercambiar videos",
    FlipCamera: "Cambiar de cámara",
    PopOut: "Imagen en imagen",
    FullScreen: "Pantalla completa",
    EndCall: "Colgar",
  },
};
