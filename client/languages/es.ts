/** Spanish, of every country. */

import type { Catalogue } from "./catalogue.ts";

/** What is said in Spanish. */
export const es: Catalogue = {
  name: "Español",
  frame: {
    description:
      "Habla con una persona desconocida por texto o video. Sin cuenta, sin cookies, con cifrado de extremo a extremo.",
    noScript:
      "El chat funciona dentro de tu navegador, así que necesita JavaScript. Permítelo en esta página: todo lo que ejecuta está en ella y nada viene de otra parte.",
    englishOnly: "Esta página solo está en inglés.",
  },
  words: {
    Direction: "ltr",

    Heading: "Habla con una persona desconocida.\nNo dejes rastro.",
    Lead:
      "Te ponemos en contacto con una persona al azar. Sin cuenta, sin cookies, y solo ustedes dos pueden leer lo que escriben.",
    Interests: "Intereses",
    InterestsHint: "Opcional. Durante cinco segundos buscamos a alguien que comparta alguno.",
    InterestsChosen: "Elegidos",
    RemoveInterest: "Quitar {interest}",
    InterestsFull: "Son diez, no caben más",
    InterestsExample: "música, senderismo, cine",
    Adult: "Tengo 18 años o más",
    AdultFirst: "Confirma esto primero: este sitio es solo para mayores de edad.",
    StartText: "Iniciar chat de texto",
    StartVideo: "Iniciar videochat",
    Online: {
      one: "Ahora hay {count} persona aquí",
      other: "Ahora hay {count} personas aquí",
    },
    Insecure: "Esta página se abrió sin cifrado: el chat no sería privado y no puede empezar.",
    OpenSecure: "Abrir la página segura",
    Language: "Idioma",
    LanguageFailed: "Este idioma no se puede cargar ahora mismo. Reintentando…",
    Links: {
      label: "Sobre este sitio",
      privacy: "Privacidad",
      statistics: "Estadísticas",
      transparency: "Transparencia",
      contact: "Contacto",
    },

    Unreachable: "No se puede conectar con el servidor ahora mismo. Reintentando…",
    Hindered: {
      full: "Todos los lugares están ocupados ahora mismo. Reintentando…",
      crowded: "Hay demasiada gente de tu red aquí ahora mismo. Reintentando…",
      reported: "Tu acceso está bloqueado hasta las {time}.",
      flooding: "Tu acceso está bloqueado hasta las {time}.",
      denied: "Quien gestiona este sitio ha rechazado tu dirección.",
    },
    Blocked: {
      reported:
        "Varias personas han denunciado lo que llegó desde tu dirección. El bloqueo termina solo y no se guarda nada de él.",
      flooding:
        "Tu dirección se ha conectado demasiadas veces. El bloqueo termina solo y no se guarda nada de él.",
      denied: "Seguirá sin acceso hasta que se vuelva a admitir.",
    },
    BlockedWait: "Puedes dejar esta página abierta: continuará en cuanto sea posible.",
    BlockedHelp: "Qué puedes hacer",

    Looking: "Buscando a alguien…",
    Cancel: "Cancelar",
    Checking:
      "Ahora mismo está llegando muchísima gente, así que tu dispositivo hace antes una breve comprobación.",
    VeryFast: "Eso fue muy rápido. La búsqueda continuará sola en un momento.",
    Quiet:
      "Ahora mismo hay poca gente. Quédate aquí o en otra pestaña: oirás un sonido cuando llegue alguien.",
    Usually: "Suele tardar un momento.",
    WhoLikes: "Alguien con interés en {interests}, si está por aquí.",
    Anyone: "Aquí no hay nadie con tus intereses, así que ahora vale cualquier persona.",

    Chat: "Chat",
    Conversation: "Conversación",
    Messages: "Mensajes",
    YouSay: "Tú:",
    StrangerSays: "Otra persona:",
    Notices: {
      "began": "Ahora estás chateando con una persona desconocida.",
      "you-left": "Te has desconectado.",
      "stranger-left": "La otra persona se ha desconectado.",
      "connection-lost": "Se perdió tu conexión y, con ella, el chat.",
      "blocked": "Tu acceso está bloqueado porque varias personas te han denunciado.",
      "restart": "El servidor se reiniciará en un momento y este chat terminará.",
      "not-secured": "Este chat no se pudo cifrar, así que ha terminado.",
      "tampered": "Algo se alteró o se perdió por el camino y no se muestra.",
      "report-taken": "Hemos recibido tu denuncia. Gracias.",
      "stranger-declined": "La otra persona prefiere seguir por texto.",
      "direct-refused": "No hay llamada: aquí mostraría tu dirección IP, y elegiste no mostrarla.",
      "call-over": "La llamada ha terminado.",
    },
    BothLike: "Tienen en común: {interests}.",
    MetBefore: "Ya se encontraron hace un momento; ahora no hay nadie más aquí.",
    Dropped: "Se cortó tu conexión. Reconectando…",
    StrangerDropped: "Se cortó la conexión de la otra persona. Puede que vuelva.",
    StrangerBack: "La otra persona ha vuelto.",
    StrangerTypes: "La otra persona está escribiendo…",
    Held: "Tus mensajes aún no han llegado. Podrás enviar más cuando lleguen.",
    Delivered: "Entregado",
    NotDelivered: "Aún no entregado",
    SaveChat: "Guardar",
    VideoCall: "Video",
    SoundOn: "Con sonido",
    SoundOff: "Sin sonido",
    Message: "Mensaje",
    WriteMessage: "Escribe un mensaje",
    Left: {
      one: "Queda {count}",
      other: "Quedan {count}",
    },
    Send: "Enviar",
    Stop: { talking: "Salir", asking: "¿De verdad?", over: "Nuevo chat" },
    ChangeInterests: "Cambiar intereses",

    Agreeing: "Acordando claves…",
    Encrypted: "Cifrado de extremo a extremo",
    Compare:
      "Si la otra persona ve los mismos cuatro dibujos, en el mismo orden, no hay nadie entre ustedes, ni siquiera este servidor. Compárenlos de viva voz o con una pista en sus propias palabras que una máquina no pueda cambiar.",
    Unprotected: "De qué no protege esto",
    Comma: ", ",
    Pictures:
      "pulpo, cactus, globo, bicicleta, limón, llave, ancla, sombrero, tortuga, hongo, luna, campana, zanahoria, guitarra, zorro, calcetines, abeja, pizza, cometa, imán, elefante, arcoíris, barco, tambor, pingüino, cerezas, vela, rompecabezas, jirafa, maíz, cohete, dado, ballena, dónut, estatua, brújula, búho, sandía, tijeras, trompeta, caracol, volcán, tractor, silla, camello, pretzel, reloj, diana, mariposa, hoja, castillo, queso, rana, aguacate, tren, planta, cangrejo, pan, tienda, violín, mariquita, huevo, isla, escalera",

    Report: "Denunciar",
    Reported: "Denunciado",
    WhatIsWrong: "¿Qué ocurre?",
    OnlyReason: "Solo se envía el motivo, nunca la conversación.",
    Reasons: {
      underage: "Parece menor de 18",
      sexual: "Contenido sexual no deseado",
      harassment: "Acoso o amenazas",
      spam: "Spam o publicidad",
      other: "Otra cosa",
    },
    NeverMind: "Mejor no",

    HowYouLook: "Así se te ve",
    HowLoud: "Tu volumen",
    TryAgain: "Reintentar",
    Camera: "Cámara",
    Microphone: "Micrófono",
    Choices: {
      cameraOff: "Empezar con la cámara apagada",
      muted: "Empezar con el micrófono apagado",
      blur: "Difuminar a la otra persona hasta que yo decida mirar",
      keepCamera: "Dejar mi cámara encendida entre chats",
      direct:
        "Preguntarme antes de una llamada que muestre mi dirección IP; si no, no habrá ninguna",
    },
    MoreChoices: "Más opciones",
    Back: "Volver",
    Devices: {
      camera: {
        opening: "Tu navegador pregunta si esta página puede usar tu cámara.",
        off: "Tu cámara está apagada.",
        denied:
          "Esta página no puede usar tu cámara. Puedes permitirlo para esta página en los ajustes del navegador o seguir sin cámara.",
        missing: "No se encontró ninguna cámara. Puedes conectar una o seguir sin ella.",
        busy: "Otro programa está usando tu cámara. Ciérralo y reintenta, o sigue sin ella.",
        unsupported:
          "Este navegador no permite usar la cámara en esta página. Puedes seguir sin ella.",
      },
      microphone: {
        opening: "Tu navegador pregunta si esta página puede usar tu micrófono.",
        off: "Tu micrófono está apagado.",
        denied:
          "Esta página no puede usar tu micrófono. Puedes permitirlo para esta página en los ajustes del navegador o seguir sin micrófono.",
        missing: "No se encontró ningún micrófono. Puedes conectar uno o seguir sin él.",
        busy: "Otro programa está usando tu micrófono. Ciérralo y reintenta, o sigue sin él.",
        unsupported:
          "Este navegador no permite usar el micrófono en esta página. Puedes seguir sin él.",
      },
    },

    Call: "Llamada",
    OneMoment: "Un momento…",
    StrangerWants: "La otra persona quiere hacer una videollamada",
    ShowAddresses: "¿Mostrarse mutuamente las direcciones IP?",
    Directly:
      "Aquí no hay servidor intermediario, así que la llamada va directa de tu dispositivo al de la otra persona. Una llamada directa le muestra tu dirección IP, y a ti la suya. Solo empieza si ambas partes aceptan.",
    ByRelay:
      "Pasa por un servidor intermediario, así que ninguna de las dos partes conoce la dirección IP de la otra. Tu cámara y tu micrófono empiezan como elegiste.",
    CallDirectly: "Llamar directamente",
    JoinCall: "Unirme a la llamada",
    StayWithText: "Seguir por texto",
    WaitingForStranger: "Esperando a que se una la otra persona…",
    NoCall: "Esta vez no hay llamada",
    Failures: {
      "no-route":
        "Tu dispositivo y el de la otra persona no encontraron un camino entre sí. Algunas redes no permiten ninguno.",
      "no-relay":
        "No se pudo llegar al servidor intermediario de llamadas, al menos desde uno de los lados.",
      "too-fast": "Han sido muchas llamadas en poco tiempo. Espera un momento.",
    },
    GoOnByText: "Seguir por texto",
    StrangersPicture: "Imagen de la otra persona",
    YourPicture: "Tu imagen",
    ShowPicture: "Mostrar la imagen",
    Connecting: "Conectando…",
    Broke: "Se cortó la conexión. Buscando otro camino…",
    StrangerNoCamera: "La otra persona tiene la cámara apagada.",
    StrangerNothing: "La otra persona tiene la cámara y el micrófono apagados.",
    StrangerMuted: "El micrófono de la otra persona está apagado.",
    Quality: { 1: "Conexión: mala", 2: "Conexión: regular", 3: "Conexión: buena" },
    YourDevices: "Tus dispositivos",
    CameraOn: "Con cámara",
    CameraOff: "Sin cámara",
    MicOn: "Con micro",
    MicOff: "Sin micro",
    More: "Más",
    Volume: "Volumen",
    SwapPictures: "Intercambiar imágenes",
    PopOut: "Imagen en imagen",
    FullScreen: "Pantalla completa",
    EndCall: "Colgar",
  },
};
