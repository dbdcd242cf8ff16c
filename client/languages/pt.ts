/** Brazilian Portuguese. */

import type { Catalogue } from "./catalogue.ts";

/** The Portuguese catalogue. */
export const pt: Catalogue = {
  name: "Português",
  frame: {
    description:
      "Converse com uma pessoa desconhecida por texto ou vídeo. Sem conta, sem cookies, com criptografia de ponta a ponta.",
    noScript:
      "O chat funciona no seu navegador, por isso precisa de JavaScript. Ative-o nesta página: todo o código está nela mesma, e nada é carregado de outro lugar.",
    notRunning: "O chat não está funcionando. Recarregue a página ou use outro navegador.",
    englishOnly: "Esta página está disponível só em inglês.",
  },
  words: {
    Direction: "ltr",

    Heading: "Converse com uma pessoa desconhecida.\nSem deixar rastro.",
    Lead:
      "Você encontra uma pessoa ao acaso. Sem conta, sem cookies, e ninguém além de vocês pode ler o que escrevem.",
    Interests: "Interesses",
    InterestsHint: "Opcional. Primeiro, procuramos alguém que tenha algum em comum.",
    InterestsChosen: "Interesses escolhidos",
    RemoveInterest: "Remover {interest}",
    InterestsFull: "Já são dez, o máximo",
    InterestsExample: "música, trilhas, filmes",
    Languages: "Idiomas",
    LanguagesHint: "Segundo seu navegador. Nunca são salvos.",
    AnyLanguage: "Procuramos pessoas de qualquer idioma.",
    AddLanguage: "Adicionar um idioma",
    Adult: "Tenho 18 anos ou mais",
    AdultFirst: "Confirme primeiro sua idade. Este site é só para adultos.",
    StartText: "Iniciar chat de texto",
    StartVideo: "Iniciar chat de vídeo",
    Online: {
      one: "{count} pessoa está aqui agora",
      other: "{count} pessoas estão aqui agora",
    },
    Insecure:
      "Esta página foi aberta sem criptografia. Um chat não seria privado, por isso não pode ser iniciado aqui.",
    OpenSecure: "Abrir a página segura",
    Language: "Idioma",
    LanguageFailed: "Não é possível carregar este idioma agora. Tentando de novo…",
    Dark: "Modo escuro",
    Links: {
      label: "Sobre este site",
      privacy: "Privacidade",
      statistics: "Estatísticas",
      transparency: "Transparência",
      rules: "Regras do chat",
      contact: "Contato",
    },

    Unreachable: "Não é possível conectar ao servidor agora. Tentando de novo…",
    Filtered: "O servidor responde, mas nenhuma conexão de chat passa. Tente com outra rede.",
    Refused: {
      full: "O servidor está lotado agora. Tentando de novo…",
      misconfigured: "Este site não está configurado corretamente. Tentando de novo…",
      "too-many-connections":
        "Há gente demais conectada a partir da sua rede agora. Tentando de novo…",
      reported: "Seu acesso está bloqueado até {time}.",
      flooding: "Seu acesso está bloqueado até {time}.",
      denied: "A administração deste site bloqueou seu endereço IP.",
    },
    Blocked: {
      reported:
        "Várias pessoas denunciaram alguém que usava seu endereço IP. O bloqueio termina automaticamente, e nenhum registro dele é mantido.",
      flooding:
        "Chegaram conexões demais do seu endereço IP. O bloqueio termina automaticamente, e nenhum registro dele é mantido.",
      denied: "Ele continua bloqueado até que a administração remova o bloqueio.",
    },
    BlockedWait:
      "Você pode deixar esta página aberta: ela se reconecta assim que o bloqueio terminar.",
    BlockedHelp: "O que você pode fazer",

    Looking: "Procurando alguém…",
    Cancel: "Cancelar",
    Checking:
      "Muita gente está chegando agora, então seu aparelho faz uma verificação rápida antes.",
    VeryFast: "Foram muitas buscas em pouco tempo. Esta continua automaticamente em um instante.",
    Quiet:
      "Está tranquilo agora. Fique aqui ou em outra aba: você vai ouvir um som quando alguém chegar.",
    QuietSilent:
      "Está tranquilo agora. Fique aqui ou em outra aba: o título muda quando alguém chegar.",
    Usually: "Costuma levar um instante.",
    WhoLikes: "De preferência, alguém que goste de {interests}.",
    WhoSpeaks: "De preferência, alguém que fale {languages}.",
    WhoSpeaksAndLikes: "De preferência, alguém que fale {languages} e que goste de {interests}.",
    WhoSpeaksOrLikes: "Agora, alguém que fale {languages}, ou que goste de {interests}.",
    Anyone: "Ninguém assim está disponível, então agora procuramos qualquer pessoa.",
    Reload: "Recarregue a página para encontrar mais pessoas.",

    Notify: "Avisar quando alguém chegar ou escrever",
    NotifyHint: "Só enquanto esta página não estiver visível, e sem o texto das mensagens.",
    NotifyBlocked:
      "As notificações estão bloqueadas. Permita-as para este site nas configurações do navegador.",
    Happened: { arrival: "Alguém chegou", message: "Nova mensagem" },

    Chat: "Chat",
    Conversation: "Conversa",
    Messages: "Mensagens",
    YouSay: "Você:",
    StrangerSays: "Outra pessoa:",
    NotSent: "Não enviada:",
    Notices: {
      "began": "Agora você está conversando com uma pessoa desconhecida.",
      "you-left": "Você se desconectou.",
      "stranger-left": "A outra pessoa se desconectou.",
      "connection-lost": "Sua conexão caiu, então o chat terminou.",
      "blocked": "Seu acesso foi bloqueado porque várias pessoas denunciaram você.",
      "restart": "O servidor está prestes a reiniciar, o que vai encerrar este chat.",
      "not-secured": "Não foi possível criptografar este chat, então ele terminou.",
      "tampered": "Algo foi alterado ou se perdeu no caminho e não é mostrado.",
      "again": "Você está conversando de novo com a mesma pessoa.",
      "text-only": "Aqui só dá para enviar texto.",
      "report-taken": "Sua denúncia foi recebida. Agradecemos.",
      "stranger-declined": "A outra pessoa prefere continuar por texto.",
      "direct-refused":
        "A chamada não foi iniciada: ela revelaria seu endereço IP, e você desativou esse tipo de chamada.",
      "call-over": "A chamada terminou.",
      "unable": "Este navegador não permite chamadas de vídeo.",
      "stranger-unable": "O navegador da outra pessoa não permite chamadas de vídeo.",
      "own-tab": "Esta é a sua outra aba.",
    },
    BothLike: "Vocês têm em comum: {interests}.",
    BothSpeak: "Idiomas em comum: {languages}.",
    NoSharedLanguage: "Nenhum idioma em comum foi encontrado.",
    MetBefore: "Vocês se encontraram há pouco. Não há mais ninguém disponível agora.",
    Dropped: "Sua conexão caiu. Reconectando…",
    StrangerDropped: "A conexão da outra pessoa caiu. Ela pode voltar.",
    StrangerBack: "A outra pessoa voltou.",
    StrangerTypes: "A outra pessoa está digitando…",
    Held: "Suas mensagens ainda não chegaram. Você pode enviar mais quando chegarem.",
    LinkOpens: "Abre {host}. Esse site verá seu endereço IP.",
    Open: "Abrir",
    Copy: "Copiar",
    Copied: "Copiado",
    Delivered: "Entregue",
    NotDelivered: "Não entregue",
    SaveChat: "Salvar",
    BeginningMissing: "Aqui estão só as últimas mensagens. Falta o começo.",
    VideoCall: "Vídeo",
    SoundOn: "Com som",
    SoundOff: "Sem som",
    Newer: "Mensagens novas: {count}",
    Message: "Mensagem",
    WriteMessage: "Mensagem",
    Left: {
      one: "Resta {count}",
      other: "Restam {count}",
    },
    Send: "Enviar",
    Stop: { talking: "Sair", asking: "Sair mesmo?", over: "Novo chat" },
    PressAgain: "Pressione de novo para sair deste chat.",
    ChangeInterests: "Mudar interesses",
    Again: "Conversar de novo",
    WantsAgain: "A outra pessoa quer conversar de novo.",
    NextChat: "O próximo chat já vai começar.",
    Stay: "Ficar aqui",
    AutoNext: "Começar o próximo chat automaticamente",

    Agreeing: "Configurando a criptografia…",
    Encrypted: "Criptografia de ponta a ponta",
    Compare:
      "Se a outra pessoa vê as mesmas quatro imagens na mesma ordem, ninguém no caminho consegue ler o chat, nem mesmo este servidor. Comparem de viva voz ou deem, com suas próprias palavras, uma dica que uma máquina não consiga alterar.",
    Suite:
      "As chaves vêm de {suite}. Uma gravação do chat criptografado só pode ser lida se os dois forem quebrados.",
    Unprotected: "Do que isto não protege você",
    Comma: ", ",
    Pictures:
      "polvo, cacto, balão, bicicleta, limão, chave, âncora, chapéu, tartaruga, cogumelo, lua, sino, cenoura, guitarra, raposa, meias, abelha, pizza, pipa, ímã, elefante, arco-íris, barco, tambor, pinguim, cerejas, vela, quebra-cabeça, girafa, milho, foguete, dado, baleia, rosquinha, estátua, bússola, coruja, melancia, tesoura, trompete, caracol, vulcão, trator, cadeira, camelo, pretzel, relógio, alvo, borboleta, folha, castelo, queijo, sapo, abacate, trem, planta, caranguejo, pão, barraca, violino, joaninha, ovo, ilha, escada",

    Report: "Denunciar",
    Reported: "Denunciado",
    WhatIsWrong: "O que há de errado?",
    OnlyReason: "Só o motivo é enviado, nunca a conversa.",
    Reasons: {
      underage: "Parece menor de 18 anos",
      sexual: "Conteúdo sexual indesejado",
      harassment: "Assédio ou ameaças",
      spam: "Spam ou propaganda",
      other: "Outra coisa",
    },
    NeverMind: "Deixa pra lá",

    LooksAutomated: "A outra pessoa parece um programa",
    Signs: {
      link: "A primeira mensagem dela contém um link.",
      repeated: "A pessoa anterior enviou o mesmo texto.",
      speed: "Ninguém consegue digitar tão rápido.",
    },
    MayBeWrong: "Só esta página percebeu isso, e pode estar enganada.",
    ReportStranger: "Denunciar esta pessoa",
    Dismiss: "Dispensar",

    HowYouLook: "É assim que você vai aparecer",
    HowLoud: "Nível do microfone",
    TryAgain: "Tentar de novo",
    Camera: "Câmera",
    Microphone: "Microfone",
    Choices: {
      cameraOff: "Começar com a câmera desligada",
      muted: "Começar com o microfone desligado",
      blur: "Desfocar o vídeo das outras pessoas até eu querer ver",
      keepCamera: "Deixar minha câmera ligada entre chats",
      direct: "Permitir chamadas que revelem meu endereço IP, mas me perguntar antes",
    },
    MoreChoices: "Mais opções",
    Back: "Voltar",
    Devices: {
      camera: {
        opening: "Seu navegador está pedindo permissão para usar sua câmera.",
        off: "Sua câmera está desligada.",
        denied:
          "O acesso à câmera está bloqueado. Permita-o para este site nas configurações do navegador ou continue sem câmera.",
        missing: "Nenhuma câmera encontrada. Conecte uma ou continue sem ela.",
        busy:
          "Outro aplicativo está usando sua câmera. Feche-o e tente de novo, ou continue sem câmera.",
        unsupported:
          "Este navegador não permite usar a câmera nesta página. Você pode continuar sem ela.",
        interrupted: "Outro aplicativo ou um botão pausou sua câmera. Ela voltará automaticamente.",
      },
      microphone: {
        opening: "Seu navegador está pedindo permissão para usar seu microfone.",
        off: "Seu microfone está desligado.",
        denied:
          "O acesso ao microfone está bloqueado. Permita-o para este site nas configurações do navegador ou continue sem microfone.",
        missing: "Nenhum microfone encontrado. Conecte um ou continue sem ele.",
        busy:
          "Outro aplicativo está usando seu microfone. Feche-o e tente de novo, ou continue sem microfone.",
        unsupported:
          "Este navegador não permite usar o microfone nesta página. Você pode continuar sem ele.",
        interrupted:
          "Outro aplicativo ou um botão pausou seu microfone. Ele voltará automaticamente.",
      },
    },

    Call: "Chamada",
    OneMoment: "Um instante…",
    StrangerWants: "A outra pessoa quer fazer uma chamada de vídeo",
    ShowAddresses: "Compartilhar os endereços IP entre vocês?",
    Directly:
      "Uma chamada direta revela seu endereço IP à outra pessoa, e o dela a você. Só começa se as duas partes concordarem.",
    ByRelay:
      "A chamada passa por um servidor intermediário, então nenhuma das partes descobre o endereço IP da outra. Sua câmera e seu microfone começam como você os configurou.",
    CallDirectly: "Ligar direto",
    JoinCall: "Entrar na chamada",
    StayWithText: "Ficar no texto",
    WaitingForStranger: "Esperando a outra pessoa entrar…",
    NoCall: "A chamada falhou",
    Failures: {
      "no-route":
        "Seu aparelho e o da outra pessoa não conseguiram se conectar. Algumas redes bloqueiam chamadas diretas.",
      "no-relay":
        "O servidor intermediário de chamadas está lotado, ou pelo menos um dos lados não consegue se conectar a ele.",
      "too-fast": "Foram muitas chamadas em pouco tempo. Espere um instante.",
    },
    GoOnByText: "Continuar por texto",
    StrangersPicture: "Vídeo da outra pessoa",
    YourPicture: "Seu vídeo",
    ShowPicture: "Mostrar o vídeo",
    Connecting: "Conectando…",
    Broke: "A chamada foi interrompida. Reconectando…",
    StrangerNoCamera: "A câmera da outra pessoa está desligada.",
    StrangerNothing: "A câmera e o microfone da outra pessoa estão desligados.",
    StrangerMuted: "O microfone da outra pessoa está desligado.",
    StrangerFrozen: "O vídeo da outra pessoa congelou.",
    PlayStranger: "Reproduzir o vídeo e o som da outra pessoa",
    Quality: { 1: "Conexão: ruim", 2: "Conexão: razoável", 3: "Conexão: boa" },
    YourDevices: "Câmera e microfone",
    CameraOn: "Com câmera",
    CameraOff: "Sem câmera",
    MicOn: "Com microfone",
    MicOff: "Sem microfone",
    More: "Mais",
    Volume: "Volume",
    StrangersSound: "Som da outra pessoa",
    SwapPictures: "Trocar os vídeos",
    FlipCamera: "Trocar de câmera",
    PopOut: "Imagem flutuante",
    FullScreen: "Tela cheia",
    EndCall: "Encerrar",
  },
};
